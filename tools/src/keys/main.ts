// `npm run keys -- rotate|list|revoke KID`: auth's own command, with the settings of the running system unless the
// environment holds others.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '../repository-root.js';
import { findRunningSystem } from '../running-system.js';

const isConfigured = Object.keys(process.env).some((name) => name.startsWith('GATEHOUSE_DATABASE_URL'));
try {
  const dataFolder = process.env['GATEHOUSE_DATA'] ?? join(repositoryRoot, '.gatehouse');
  const settings = isConfigured ? {} : (await findRunningSystem(dataFolder)).authSettings;
  const { GATEHOUSE_DATA: _ours, ...inherited } = process.env;
  const command = join(repositoryRoot, 'services/auth/dist/cli/keys.js');
  const { status } = spawnSync(process.execPath, [command, ...process.argv.slice(2)], {
    env: { ...inherited, ...settings },
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
