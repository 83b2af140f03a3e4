// `npm test`: every spec but those that need a container engine or take minutes, two lanes at a time. Most of the time
// a journey waits; so the specs that share a system run beside those that break systems of their own, each lane one
// spec after the other. What is about time runs behind them, beside what only waits.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { findSpecFiles, shortName } from './compose/spec-files.js';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const JEST = fileURLToPath(new URL('../../node_modules/jest/bin/jest.js', import.meta.url));

/** Specs that run one after the other, in one jest. */
interface Lane {
  readonly config: string;
  readonly specs: readonly string[];
}

/** They prove that something has happened within seconds, which a machine at its limit may not keep. */
const ABOUT_TIME = new Set([
  'faults/database-restart',
  'proofs/histories/histories',
  'revocation/completeness',
]);
/** They wait for what lasts on purpose, such as the time after which nobody knows what was revoked. */
const WAITING = new Set(['faults/auth-away', 'proofs/partition/partition']);

const { sharing, owning, alone } = await findSpecFiles();
const ofTheirOwn = [...owning, ...alone];
const aboutTime = ofTheirOwn.filter((file) => ABOUT_TIME.has(shortName(file)));
const waiting = ofTheirOwn.filter((file) => WAITING.has(shortName(file)));
const late = new Set([...aboutTime, ...waiting]);
if (late.size !== ABOUT_TIME.size + WAITING.size)
  throw new Error('a spec that runs behind the others has moved, or shares a system');

const codes: number[] = [];
for (const [first, second] of [
  [
    { config: 'jest.config.mjs', specs: [...sharing, ...alone.filter((file) => !late.has(file))] },
    { config: 'jest.own.config.mjs', specs: owning.filter((file) => !late.has(file)) },
  ],
  [
    { config: 'jest.own.config.mjs', specs: aboutTime },
    { config: 'jest.own.config.mjs', specs: waiting },
  ],
] as const) {
  // The second is told when it has ended, so that the two are not mixed.
  codes.push(...(await Promise.all([runJest(first, 'inherit'), runJest(second, 'pipe')])));
}
process.exitCode = Math.max(...codes);

/** Runs those of some specs that the configuration does not leave out. @returns the exit code */
async function runJest({ config, specs }: Lane, output: 'inherit' | 'pipe'): Promise<number> {
  const patterns = specs.map((file) => `dist/${file.replaceAll('.', '\\.')}$`);
  const args = ['--experimental-vm-modules', JEST, '-c', config, '--runInBand', ...patterns];
  const child = spawn(process.execPath, args, { cwd: PACKAGE, stdio: ['ignore', 'inherit', output] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  if (child.stderr) process.stderr.write(await text(child.stderr));
  const [code] = await ended;
  return code ?? 1;
}
