import { spawn } from 'node:child_process';

const moduleUrl = (name: string) => new URL(name, import.meta.url).href;

/** Runs a process whose start is this code, until it ends or `until` is on its output, then asks it to stop. */
function run(
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
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  let asked = false;
  child.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    if (asked || until === undefined || !text.includes(until)) return;
    asked = child.kill('SIGTERM');
  });
  return new Promise((resolve) =>
    child.once('close', (code) =>
      resolve({
        code,
        log: text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>),
      }),
    ),
  );
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

  it('that cannot start says why and ends with 1', async () => {
    const { code, log } = await run(`clearInterval(keptAlive); throw new Error('no settings');`);
    expect(code).toBe(1);
    expect(log).toMatchObject([{ level: 'fatal', error: { message: 'no settings' } }]);
  });
});
