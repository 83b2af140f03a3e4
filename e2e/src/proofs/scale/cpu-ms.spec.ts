import { expect, it } from '@jest/globals';
import { cpuMs } from './cpu-ms.js';

it('counts what a process has computed', async () => {
  const before = await cpuMs(process.pid);
  const from = process.cpuUsage();
  let spent = 0;
  while (spent < 50_000) {
    const { user, system } = process.cpuUsage(from);
    spent = user + system;
  }
  expect((await cpuMs(process.pid)) - before).toBeGreaterThan(25);
});

it('throws for a process that is not there', async () => {
  await expect(cpuMs(2 ** 22)).rejects.toMatchObject({ code: 'ENOENT' });
});
