import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { System } from '@gatehouse/tools/start';

const COMMAND = fileURLToPath(new URL('../../../../services/auth/dist/cli/keys.js', import.meta.url));

/**
 * Runs auth's own command for signing keys as an operator does, with the settings of a running system.
 *
 * @param args such as `rotate`
 * @throws Error with what it wrote when it fails
 */
export async function keysCommand(system: System, ...args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { PATH: process.env['PATH'], ...system.settingsOf('auth') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [written, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`keys ${args.join(' ')} ended with ${code}: ${written}`);
}
