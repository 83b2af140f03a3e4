import { randomUUID } from 'node:crypto';
import { contract } from '@gatehouse/contracts';
import { AccountServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient } from '@gatehouse/grpc';
import { eventually, restartableDatabase, type RestartableDatabase } from '@gatehouse/testing';
import { readAuthSettings } from '../config.js';
import { PATIENCE_MS } from '../spec/patience.js';
import { MIGRATIONS, reasonOf, silentLog, specEnvironment } from '../spec/running-auth.js';
import { followAs } from '../spec/verifier.js';
import { startAuth, type RunningAuth } from '../start-auth.js';

describe('a replica that is cut off from its database', () => {
  let database: RestartableDatabase;
  let service: RunningAuth;
  beforeAll(async () => {
    database = await restartableDatabase({ migrations: MIGRATIONS });
    service = await startAuth(readAuthSettings(specEnvironment(database.url)), silentLog);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('goes on answering pings and says how old its last read is; then it begins a new epoch', async () => {
    const { feed, serviceTokens, revocations, database: pool } = service.context;
    await revocations.append(pool.sql, [{ kind: 'family', key: 'before' }]);
    await feed.tail.catchUp();
    const { accessToken } = serviceTokens.issue('users', 'auth')!;
    const verifier = followAs(accessToken, service.port);
    try {
      await eventually(() => expect(verifier.keys).toEqual(['before']));
      const { epoch } = verifier.batches[0]!;
      await database.stop();
      await eventually(() => {
        verifier.ping();
        expect(verifier.pongs.at(-1)!.readAgeMs > 1_500n).toBe(true);
      });
      expect(feed.lease.isFresh).toBe(true);
      // Strict methods are refused by nobody who cannot know, and admitted by nobody either.
      const accounts = openClient(AccountServiceClient, `127.0.0.1:${service.port}`, contract);
      const erase = () =>
        reasonOf(
          callUnary(
            accounts.eraseAccount.bind(accounts),
            { subject: randomUUID(), requestedBy: randomUUID() },
            { timeoutMs: PATIENCE_MS, accessToken },
          ),
        );
      await eventually(() => expect(feed.lease.isFresh).toBe(false));
      expect(await erase()).toBe('REVOCATIONS_UNKNOWN');
      // A verifier that begins now gets what is known, with the age that it has.
      const late = followAs(accessToken, service.port);
      await eventually(() => expect(late.keys).toEqual(['before']));
      late.ping();
      await eventually(() => expect(late.pongs).toHaveLength(1));
      expect(late.pongs[0]!.readAgeMs > 10_000n).toBe(true);
      late.close();

      await database.start();
      await eventually(() => {
        verifier.ping();
        expect(verifier.pongs.at(-1)!.readAgeMs < 1_000n).toBe(true);
      }, 20_000);
      expect(await erase()).toBe('OK');
      accounts.close();
      // Numbers of transactions may have been given out a second time: all is sent again.
      await eventually(() => expect(verifier.batches.at(-1)!.epoch).not.toBe(epoch));
      expect(verifier.keys).toEqual(['before', 'before']);
    } finally {
      verifier.close();
    }
  });
});
