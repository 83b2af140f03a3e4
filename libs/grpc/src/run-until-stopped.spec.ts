import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

const moduleUrl = (name: string) => new URL(name, import.meta.url).href;

/**
 * Runs a process whose start is this code, until it ends or `until` is on its output, then asks it to stop. A message
 * from it closes its channel, as when whoever has started it is gone.
 */
async function run(
  start: string,
  until?: string,
): Promise<{ code: number | null; log: Record<string, unknown>[] }> {
  const program = `
    import { createLogger } from '${import.meta.resolve('@gatehouse/telemetry')}';
    import { runUntilStopped } from '${moduleUrl('./run-until-stopped.js')}';
    const log = createLogger({ service: 'spec', level: 'info' });
    const keptAlive = setInterval(() => {}, 1_000);
    await runUntilStopped(log, async () => {
      ${start}
      return { stop: async () => { clearInterval(keptAlive); log.info('stopped'); } };
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  child.once('message', () => child.disconnect());
  const output = child.stdout as Readable;
  let text = '';
  let asked = false;
  output.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    if (asked || until === undefined || !text.includes(until)) return;
    asked = child.kill('SIGTERM');
  });
  // A child whose channel was closed on this side is never said to be closed.
  const [[code]] = await Promise.all([once(child, 'exit'), once(output, 'end')]);
  const lines = text.trim().split('\n');
  return { code, log: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('a process', () => {
  it('outlives a promise that nobody waited for, says so, and stops in order', async () => {
    const reject = `setTimeout(() => void Promise.reject(new Error('forgotten')));`;
    const { code, log } = await run(reject, 'forgotten');
    expect(code).toBe(0);
    expect(log).toMatchObject([
      { level: 'error', error: { message: 'forgotten' } },
      { level: 'info', msg: 'stopped' },
    ]);
  });

  it('ends with an exception that nobody caught, and its last line says which', async () => {
    const { code, log } = await run(`setTimeout(() => { throw new Error('broken'); });`);
    expect(code).not.toBe(0);
    expect(log).toMatchObject([{ level: 'fatal', error: { message: 'broken' } }]);
  });

  it('whose parent has gone while it started stops in order', async () => {
    const { code, log } = await run(
      `process.send('starting'); while (process.connected) await new Promise(setImmediate);`,
    );
    expect(code).toBe(0);
    expect(log).toMatchObject([{ level: 'info', msg: 'stopped' }]);
  });

  it('that cannot start says why and ends with 1', async () => {
    const { code, log } = await run(`clearInterval(keptAlive); throw new Error('no settings');`);
    expect(code).toBe(1);
    expect(log).toMatchObject([{ level: 'fatal', error: { message: 'no settings' } }]);
  });
});
