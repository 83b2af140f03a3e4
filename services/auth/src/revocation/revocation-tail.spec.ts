import { jest } from '@jest/globals';
import { openPool, type Database, type Sql } from '@gatehouse/postgres';
import { testDatabase, type TestDatabase } from '@gatehouse/testing';
import { pastAll } from '../spec/past-all.js';
import { MIGRATIONS, silentLog } from '../spec/running-auth.js';
import { RevocationStore } from './revocation.store.js';
import { RevocationTail, type TailNews } from './revocation-tail.js';

const store = new RevocationStore();

describe('the tail of the revocations', () => {
  let test: TestDatabase;
  let database: Database;
  /** The tail's own, as in the service: it waits for nobody. */
  let feed: Database;
  let tail: RevocationTail;
  let news: TailNews[];
  beforeEach(async () => {
    test = await testDatabase({ migrations: MIGRATIONS });
    database = openPool({ url: test.url, max: 8, applicationName: 'spec' });
    feed = openPool({ url: test.url, max: 2, applicationName: 'spec of the tail' });
    tail = new RevocationTail({ database: feed, store, log: silentLog });
    news = [];
    tail.follow((each) => news.push(each));
    await tail.catchUp();
  });
  afterEach(async () => {
    await tail.stop();
    await Promise.all([database.close(), feed.close()]);
    await test.drop();
  });

  const told = () => news.flatMap(({ revocations }) => revocations.map(({ key }) => key));
  const revoke = (sql: Sql, key: string) => store.append(sql, [{ kind: 'family', key }]);

  /** Writes in a transaction that stays open. @returns how to commit or give it up */
  async function open(key: string) {
    let end!: (commit: boolean) => void;
    const ending = new Promise<boolean>((resolve) => (end = resolve));
    let written!: () => void;
    const writing = new Promise<void>((resolve) => (written = resolve));
    const done = database
      .transaction(async (tx) => {
        await revoke(tx, key);
        written();
        if (!(await ending)) throw new Error('given up');
      })
      .catch(() => undefined);
    await writing;
    return async (commit = true) => {
      end(commit);
      await done;
    };
  }

  it('misses nothing that commits late, whatever its number, and tells nothing twice', async () => {
    const first = await open('first');
    const second = await open('second');
    const lost = await open('lost');
    await tail.catchUp();
    expect(told()).toEqual([]);
    await revoke(database.sql, 'third');
    await tail.catchUp();
    expect(told()).toEqual(['third']);
    // The other way round than they began.
    await second();
    await tail.catchUp();
    expect(told()).toEqual(['third', 'second']);
    await lost(false);
    await tail.catchUp();
    await first();
    await tail.catchUp();
    await tail.catchUp();
    expect(told()).toEqual(['third', 'second', 'first']);
  });

  it('goes no further than the oldest transaction that is open, and on once it is over', async () => {
    const early = await open('early');
    await revoke(database.sql, 'late');
    await tail.catchUp();
    const [late] = tail.from(0n);
    expect(late!.key).toBe('late');
    expect(tail.position < late!.xid).toBe(true);
    const held = tail.position;
    await early();
    await pastAll(store, database.sql);
    await tail.catchUp();
    expect(tail.position > late!.xid).toBe(true);
    // Whoever stands at the held position gets both; at the present one, nothing.
    expect(tail.from(held).map(({ key }) => key)).toEqual(expect.arrayContaining(['early', 'late']));
    expect(tail.from(tail.position)).toEqual([]);
  });

  it('finds out of hundreds in a random order of commits every one that committed, once', async () => {
    const kept: string[] = [];
    const work = Array.from({ length: 200 }, async (_, n) => {
      const commits = n % 5 !== 0;
      if (commits) kept.push(String(n));
      await database
        .transaction(async (tx) => {
          await revoke(tx, String(n));
          await tx`select pg_sleep(${Math.random() / 50})`;
          if (!commits) throw new Error('given up');
        })
        .catch(() => undefined);
    });
    let over = false;
    const reading = (async () => {
      while (!over) await tail.catchUp();
    })();
    // More than the pool has connections: some are turned away and count as given up.
    const results = Promise.all(work).then(() => (over = true));
    await Promise.all([results, reading]);
    await tail.catchUp();
    const committed = (await database.sql<{ key: string }[]>`select key from revocation`).map(
      ({ key }) => key,
    );
    expect(committed.length).toBeGreaterThan(8);
    expect([...told()].sort()).toEqual([...committed].sort());
    expect(committed.every((key) => kept.includes(key))).toBe(true);
  });

  it('is not confused by what retention deletes while a transaction holds the position back', async () => {
    const early = await open('early');
    await revoke(database.sql, 'gone');
    await revoke(database.sql, 'kept');
    await tail.catchUp();
    await test.sql`update revocation set expires_at = clock_timestamp() - interval '1 second' where key = 'gone'`;
    expect(await store.deleteExpired(database.sql, 10)).toBe(1);
    await tail.catchUp();
    await early();
    await tail.catchUp();
    expect(told()).toEqual(['gone', 'kept', 'early']);
  });

  it('hears of a commit without waiting for the next poll, and of one by hand as well', async () => {
    await tail.start();
    let polls = 0;
    const readFrom = store.readFrom.bind(store);
    const counting = new RevocationTail({
      database,
      store: Object.assign(new RevocationStore(), {
        readFrom: (sql: Sql, position: bigint) => {
          polls += 1;
          return readFrom(sql, position);
        },
      }),
      log: silentLog,
    });
    const heard = new Promise<void>((resolve) =>
      counting.follow(({ revocations }) => revocations[0] && resolve()),
    );
    await counting.start();
    await test.sql`insert into revocation (kind, key, expires_at) values ('token', 'x', now() + interval '1 hour')`;
    await heard;
    expect(polls).toBeGreaterThan(0);
    await counting.stop();
  });

  it('begins anew in another epoch, with all there is', async () => {
    await revoke(database.sql, 'before');
    await tail.catchUp();
    const { epoch } = tail;
    await database.transaction((tx) => store.beginEpoch(tx));
    await tail.catchUp();
    expect(tail.epoch).not.toBe(epoch);
    expect(news.at(-1)).toMatchObject({ restarted: true, revocations: [{ key: 'before' }] });
  });

  it('forgets nothing that lives when the clock of this process is set forward', async () => {
    await revoke(database.sql, 'lives');
    const [wall, monotonic] = [Date.now(), performance.now()];
    jest.spyOn(Date, 'now').mockReturnValue(wall + 3_600_000);
    // When it looks again for what has expired.
    jest.spyOn(performance, 'now').mockReturnValue(monotonic + 11_000);
    await tail.catchUp();
    jest.restoreAllMocks();
    expect(tail.from(0n).map(({ key }) => key)).toEqual(['lives']);
  });

  it('knows the moment that a client is issued tokens after', async () => {
    const at = (seconds: number) => new Date(seconds * 1_000 + 700);
    const now = Math.floor(Date.now() / 1_000);
    await store.append(database.sql, [
      { kind: 'client', key: 'users', notBefore: at(now) },
      { kind: 'subject', key: 'users', notBefore: at(now - 9) },
      { kind: 'client', key: 'gateway', notBefore: at(now + 9) },
      { kind: 'everything', key: '', notBefore: at(now - 5) },
    ]);
    await tail.catchUp();
    expect(tail.notBefore('users', 'users')).toBe(now);
    expect(tail.notBefore('resources', 'resources')).toBe(now - 5);
    expect(await store.clientNotBefore(database.sql, 'users')).toBe(now);
    expect(await store.clientNotBefore(database.sql, 'gatehouse')).toBe(now - 5);
  });
});
