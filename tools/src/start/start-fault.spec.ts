import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { takeLock } from './lock.js';
import { explain } from './start-fault.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-fault-'));
  await writeFile(join(folder, 'file'), '');
});
afterAll(() => rm(folder, { recursive: true }));

describe('explain', () => {
  it.each([
    ['is', ['file', 'lock']],
    ['is below', ['file', 'data', 'lock']],
  ])('names the setting when the folder of the data %s a file', async (_where, path) => {
    const error: unknown = await takeLock(join(folder, ...path)).catch((fault: unknown) => fault);
    expect(explain(error)).toMatch(/GATEHOUSE_DATA/);
  });

  const onLinux = existsSync('/proc/self') ? it : it.skip;

  onLinux.each(['/proc/data', '/proc/data/below'])(
    'names the setting where the system makes no folders: %s',
    async (path) => {
      const error: unknown = await takeLock(join(path, 'lock')).catch((fault: unknown) => fault);
      expect(explain(error)).toMatch(/GATEHOUSE_DATA/);
    },
    5_000,
  );
});
