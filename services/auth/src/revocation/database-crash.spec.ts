import { openPool, type Database, type Sql } from '@gatehouse/postgres';
import { eventually, restartableDatabase, type RestartableDatabase } from '@gatehouse/testing';
import { MIGRATIONS, silentLog } from '../spec/running-auth.js';
import { RevocationStore } from './revocation.store.js';
import { RevocationTail } from './revocation-tail.js';

const store = new RevocationStore();

describe('a database of which one process crashes', () => {
  let server: RestartableDatabase;
  let database: Database;
  let feed: Database;
  let tail: RevocationTail;
  beforeAll(async () => {
    server = await restartableDatabase({ migrations: MIGRATIONS });
    database = openPool({ url: server.url, max: 2, applicationName: 'spec' });
    feed = openPool({ url: server.url, max: 2, applicationName: 'spec of the tail' });
    tail = new RevocationTail({ database: feed, store, log: silentLog });
  });
  afterAll(async () => {
    await tail.stop();
    await Promise.all([database.close(), feed.close()]);
    await server.drop();
  });

  /** Commits as a server does that is run for good. */
  const revoke = (key: string) =>
    database.transaction(async (tx) => {
      await tx`set local synchronous_commit to on`;
      await store.append(tx, [{ kind: 'family', key }]);
      return processOf(tx);
    });

  it('hides nothing that is revoked after it, whatever number of a transaction is given out again', async () => {
    const told: string[] = [];
    tail.follow(({ revocations }) => told.push(...revocations.map(({ key }) => key)));
    for (let crashes = 1, isGivenAgain = false; !isGivenAgain; crashes++) {
      const pid = await eventually(() => revoke(`before ${crashes}`));
      await giveUp(database);
      await eventually(() => tail.catchUp());
      const { position } = tail;
      process.kill(pid, 'SIGKILL');
      await eventually(() => revoke(`after ${crashes}`));
      isGivenAgain = (await eventually(() => numberOf(database, `after ${crashes}`))) < position;
      await eventually(() => tail.catchUp());
      expect(told).toContain(`after ${crashes}`);
    }
  });
});

async function processOf(tx: Sql): Promise<number> {
  const [row] = await tx<[{ pid: number }]>`select pg_backend_pid() as pid`;
  return row.pid;
}

/** The number of the transaction that a revocation was written in. */
async function numberOf({ sql }: Database, key: string): Promise<bigint> {
  const [row] = await sql<[{ xid: string }]>`select xid::text as xid from revocation where key = ${key}`;
  return BigInt(row.xid);
}

/** Takes the number of a transaction, and leaves nothing on disk unless the server just then writes there. */
async function giveUp(database: Database): Promise<void> {
  const given = database.transaction(async (tx) => {
    await store.append(tx, [{ kind: 'family', key: 'given up' }]);
    throw new Error('given up');
  });
  await given.catch(() => undefined);
}
