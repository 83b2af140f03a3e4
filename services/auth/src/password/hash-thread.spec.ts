import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import { HashThread } from './hash-thread.js';

/** The least work that there is: these specs are not about the cost. */
const CHEAP = { memoryCost: 8, timeCost: 1, parallelism: 1 };
const PASSWORD = 'violet kettle on the roof';

const run = promisify(execFile);
const onLinux = process.platform === 'linux' ? it : it.skip;

/** The nice value of every thread of this process, by its ID: field 19 of proc_pid_stat(5). */
async function niceOfThreads(): Promise<ReadonlyMap<string, number>> {
  const ids = await readdir('/proc/self/task');
  const stats = await Promise.all(ids.map((id) => readFile(`/proc/self/task/${id}/stat`, 'utf8')));
  // The second field is a name in parentheses, which may hold spaces.
  const nices = stats.map((stat) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19 - 3]));
  return new Map(ids.map((id, index) => [id, nices[index]!]));
}

describe('a thread that hashes', () => {
  let thread: HashThread;
  beforeEach(() => (thread = new HashThread()));
  afterEach(() => thread.close());

  it('knows the password that it has hashed from others', async () => {
    const stored = await thread.hash(PASSWORD, CHEAP);
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$/);
    expect(await thread.verify(stored, PASSWORD)).toBe(true);
    expect(await thread.verify(stored, `${PASSWORD}.`)).toBe(false);
  });

  onLinux('leaves the cores to every other thread of the process', async () => {
    const before = await niceOfThreads();
    await thread.hash(PASSWORD, CHEAP);
    const after = await niceOfThreads();
    expect([...after].filter(([id]) => before.has(id))).toEqual([...before]);
    const added = [...after].filter(([id]) => !before.has(id)).map(([, nice]) => nice);
    expect(added).toContain(Math.min(getPriority() + 10, 19));
  });

  onLinux('hashes in a service that has a low priority itself, and does not raise it', async () => {
    const program = `
      import(${JSON.stringify(new URL('./hash-thread.js', import.meta.url).href)}).then(async ({ HashThread }) => {
        const { readdirSync, readFileSync } = require('node:fs');
        await new HashThread().hash('x', ${JSON.stringify(CHEAP)});
        const stats = readdirSync('/proc/self/task').map((id) => readFileSync('/proc/self/task/' + id + '/stat', 'utf8'));
        process.stdout.write(String(Math.min(...stats.map((stat) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])))));
      });`;
    const { stdout } = await run('nice', ['-n', '19', process.execPath, '--eval', program], {
      timeout: 25_000,
    });
    expect(stdout).toBe('19');
  });

  onLinux('ends when there is no task for a while, and another one starts with the next', async () => {
    const before = await niceOfThreads();
    const threads = () => readdir('/proc/self/task');
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    try {
      const stored = await thread.hash(PASSWORD, CHEAP);
      const added = (await threads()).filter((id) => !before.has(id));
      expect(added).not.toEqual([]);
      jest.advanceTimersByTime(9_000);
      await thread.verify(stored, PASSWORD);
      jest.advanceTimersByTime(9_000);
      expect(await threads()).toEqual(expect.arrayContaining(added));
      jest.advanceTimersByTime(1_000);
      // Whoever comes while it ends waits for another one.
      expect(await thread.verify(stored, PASSWORD)).toBe(true);
      let there: string[];
      do there = await threads();
      while (added.every((id) => there.includes(id)));
    } finally {
      jest.useRealTimers();
    }
  });

  it('is replaced after a crash, of which the cause is told', async () => {
    await expect(thread.verify('no PHC string', PASSWORD)).rejects.toMatchObject({
      message: 'the thread that hashes has ended',
      cause: expect.objectContaining({ message: expect.any(String) }),
    });
    expect(await thread.verify(await thread.hash(PASSWORD, CHEAP), PASSWORD)).toBe(true);
  });

  it('leaves nobody waiting when it is closed', async () => {
    await thread.hash(PASSWORD, CHEAP);
    const underWay = thread.hash(PASSWORD, CHEAP).catch((error: Error) => error.message);
    await thread.close();
    expect(await underWay).toMatch(/^\$argon2id\$|^the thread that hashes has ended$/);
  });

  it('keeps the process alive until it has answered, and no longer', async () => {
    const program = `
      import(${JSON.stringify(new URL('./hash-thread.js', import.meta.url).href)}).then(async ({ HashThread }) => {
        const thread = new HashThread();
        for (let n = 0; n < 2; n++) console.log(await thread.hash('x', ${JSON.stringify(CHEAP)}));
      });`;
    const { stdout } = await run(process.execPath, ['--eval', program], { timeout: 25_000 });
    expect(stdout.trim().split('\n')).toHaveLength(2);
  });
});
