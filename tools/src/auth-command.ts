import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from './repository-root.js';
import { findRunningSystem } from './running-system.js';

/**
 * Runs one of auth's own commands with the arguments of this process and the settings of the running system, unless
 * the environment holds others. Ends with the command's exit code.
 */
export async function runAuthCommand(name: 'audit' | 'clients' | 'keys'): Promise<void> {
  const isConfigured = Object.keys(process.env).some((variable) =>
    variable.startsWith('GATEHOUSE_DATABASE_URL'),
  );
  try {
    const command = join(repositoryRoot, `services/auth/dist/cli/${name}.js`);
    const env = isConfigured
      ? process.env
      : { ...withoutSettings(process.env), ...(await runningSettings()) };
    const { status } = spawnSync(process.execPath, [command, ...process.argv.slice(2)], {
      env,
      stdio: 'inherit',
    });
    process.exitCode = status ?? 1;
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

async function runningSettings(): Promise<Readonly<Record<string, string>>> {
  const dataFolder = process.env['GATEHOUSE_DATA'] ?? join(repositoryRoot, '.gatehouse');
  return (await findRunningSystem(dataFolder)).authSettings;
}

function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('GATEHOUSE_')));
}
