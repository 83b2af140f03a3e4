import { specTelemetry } from '@gatehouse/testing';
import { HashPool } from './hash-pool.js';

/** A job that ends when it is told to. */
function job() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  let started = false;
  const work = () => {
    started = true;
    return ended;
  };
  return { work, end, started: () => started };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the hash pool', () => {
  it('runs no more at once than it may, in the order they came, and refuses beyond its queue', async () => {
    const pool = new HashPool({ concurrency: 2, queue: 1 });
    const jobs = [job(), job(), job()];
    const runs = jobs.map(({ work }) => pool.run(work));
    await expect(pool.run(job().work)).rejects.toMatchObject({ reason: 'HASH_QUEUE_FULL', code: 14 });
    await turn();
    expect(jobs.map(({ started }) => started())).toEqual([true, true, false]);
    jobs[0]!.end();
    await turn();
    expect(jobs[2]!.started()).toBe(true);
    jobs.forEach(({ end }) => end());
    await Promise.all(runs);
    expect(await pool.run(async () => 'free again')).toBe('free again');
  });

  it('frees the place of a job that fails', async () => {
    const pool = new HashPool({ concurrency: 1, queue: 1 });
    await expect(pool.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await pool.run(async () => 1)).toBe(1);
  });

  it('drops a job that nobody waits for any more', async () => {
    const pool = new HashPool({ concurrency: 1, queue: 1 });
    const [first, dropped] = [job(), job()];
    const gone = new AbortController();
    const running = pool.run(first.work);
    const waiting = pool.run(dropped.work, gone.signal);
    gone.abort();
    first.end();
    await running;
    await expect(waiting).rejects.toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
    expect(dropped.started()).toBe(false);
    expect(await pool.run(async () => 1)).toBe(1);
  });

  it('tells how many wait', async () => {
    const telemetry = await specTelemetry();
    const queued = async () => (await telemetry.point('gatehouse.password_hash.queued')).value;
    const pool = new HashPool({ concurrency: 1, queue: 2 });
    expect(await queued()).toBe(0);
    const jobs = [job(), job(), job()];
    const runs = jobs.map(({ work }) => pool.run(work));
    await expect(pool.run(job().work)).rejects.toMatchObject({ reason: 'HASH_QUEUE_FULL' });
    expect(await queued()).toBe(2);
    jobs[0]!.end();
    await runs[0];
    await turn();
    expect(await queued()).toBe(1);
    jobs.forEach(({ end }) => end());
    await Promise.all(runs);
    expect(await queued()).toBe(0);
    await telemetry.close();
  });
});
