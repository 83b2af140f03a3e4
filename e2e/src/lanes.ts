// `npm test`: every spec but those that need a container engine or take minutes, in three lanes. Most of the time a
// journey waits; so the specs that share a system run beside those that break systems of their own, each lane one
// spec after the other. What is about time runs alone, behind them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { findSpecFiles, shortName } from './compose/spec-files.js';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const JEST = fileURLToPath(new URL('../../node_modules/jest/bin/jest.js', import.meta.url));

/** They prove that something has happened within seconds, which a machine at its limit may not keep. */
const ABOUT_TIME = new Set([
  'faults/auth-away',
  'faults/database-restart',
  'proofs/histories/histories',
  'proofs/partition/partition',
  'revocation/completeness',
]);

const isAboutTime = (file: string) => ABOUT_TIME.has(shortName(file));
const { sharing, owning, alone } = await findSpecFiles();
const [own, shared] = [owning, [...sharing, ...alone]].map((files) =>
  files.filter((file) => !isAboutTime(file)),
);
const aboutTime = [...owning, ...alone].filter(isAboutTime);
if (aboutTime.length !== ABOUT_TIME.size)
  throw new Error('a spec that is about time has moved, or shares a system');

const codes = await Promise.all([
  runJest('jest.config.mjs', shared ?? [], 'inherit'),
  // Told when it has ended, so that the two are not mixed.
  runJest('jest.own.config.mjs', own ?? [], 'pipe'),
]);
// None of them shares a system, and so none is started for them.
codes.push(await runJest('jest.own.config.mjs', aboutTime, 'inherit'));
process.exitCode = Math.max(...codes);

/** Runs those of some specs that the configuration does not leave out. @returns the exit code */
async function runJest(
  config: string,
  specs: readonly string[],
  output: 'inherit' | 'pipe',
): Promise<number> {
  const patterns = specs.map((file) => `dist/${file.replaceAll('.', '\\.')}$`);
  const args = ['--experimental-vm-modules', JEST, '-c', config, '--runInBand', ...patterns];
  const child = spawn(process.execPath, args, { cwd: PACKAGE, stdio: ['ignore', 'inherit', output] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  if (child.stderr) process.stderr.write(await text(child.stderr));
  const [code] = await ended;
  return code ?? 1;
}
