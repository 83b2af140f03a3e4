import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@gatehouse/telemetry';
import { eventually } from '@gatehouse/testing';
import { accountCalls } from '../spec/account-calls.js';
import { reasonOf, runningAuth } from '../spec/running-auth.js';
import { folderTransport } from './folder-transport.js';

describe('mails in a folder', () => {
  let parent: string;
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'gatehouse-mail-'));
  });
  afterAll(() => rm(parent, { recursive: true }));

  it('are whole, one file each, for their owner alone, and the log has nothing of them but where they are', async () => {
    const folder = join(parent, 'mail');
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const log = createLogger({ service: 'auth', level: 'trace', destination });
    const write = folderTransport(folder, 'Gatehouse <gatehouse@localhost>', log);
    const signal = new AbortController().signal;
    for (const id of ['one', 'two']) {
      await write({ id, to: 'ada@gatehouse.test', subject: 'Hello', text: 'Your code: canary\n' }, signal);
    }
    const files = (await readdir(folder)).sort();
    expect(files).toEqual([
      expect.stringMatching(/^\d{4}-[0-9TZ-]+-one\.eml$/),
      expect.stringMatching(/^\d{4}-[0-9TZ-]+-two\.eml$/),
    ]);
    const path = join(folder, files[0]!);
    const source = await readFile(path, 'utf8');
    expect(source).toMatch(/^To: ada@gatehouse\.test$/m);
    expect(source).toMatch(/^From: Gatehouse <gatehouse@localhost>$/m);
    expect(source).toMatch(/^Your code: canary$/m);
    expect((await stat(path)).mode & 0o077).toBe(0);
    expect((await stat(folder)).mode & 0o077).toBe(0);
    expect(lines.join('')).toContain(files[0]);
    expect(lines.join('')).not.toMatch(/canary|ada@/);
  });

  it('are where somebody without a mail server finds the code', async () => {
    const folder = join(parent, 'service');
    const auth = await runningAuth({ GATEHOUSE_MAIL: 'on', GATEHOUSE_MAIL_FOLDER: folder });
    const accounts = accountCalls(auth.service.port);
    try {
      const { email } = await auth.signedIn();
      await accounts.requestReset(email);
      const [file = ''] = await eventually(async () => {
        const files = (await readdir(folder)).filter((name) => name.endsWith('.eml'));
        expect(files).toHaveLength(1);
        return files;
      });
      const source = await readFile(join(folder, file), 'utf8');
      const [, code = ''] = /^Your code: (\S+)$/m.exec(source) ?? [];
      expect(await reasonOf(accounts.reset(code, 'a lantern under the bridge'))).toBe('OK');
    } finally {
      accounts.close();
      await auth.close();
    }
  });
});
