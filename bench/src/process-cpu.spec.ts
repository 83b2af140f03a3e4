import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpuTimes, familyOf, spentBetween, tellsCpu } from './process-cpu.js';

const linux = process.platform === 'linux' ? describe : describe.skip;

linux('the CPU of another process', () => {
  const script = `
    process.stdin.once('data', () => {
      for (const end = Date.now() + 200; Date.now() < end;);
      process.stdout.write('done');
    });
    process.stdout.write('ready');`;
  let child: ReturnType<typeof start>;
  const start = () => spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  beforeAll(async () => {
    child = start();
    await once(child.stdout, 'data');
  });
  afterAll(() => void child.kill());

  it('is told, and grows with what it does', async () => {
    expect(await tellsCpu()).toBe(true);
    const pids = [child.pid ?? 0];
    const before = await cpuTimes(pids);
    child.stdin.write('go');
    await once(child.stdout, 'data');
    expect(spentBetween(before, await cpuTimes(pids))).toBeGreaterThan(0);
  });

  it('is asked of the children too', async () => {
    expect(await familyOf(process.pid)).toEqual(expect.arrayContaining([process.pid, child.pid]));
  });

  it('is nothing for one that is gone', async () => {
    const before = new Map([[1, 100]]);
    expect(spentBetween(before, new Map())).toBe(0);
    expect(await cpuTimes([2 ** 30])).toEqual(new Map());
  });
});
