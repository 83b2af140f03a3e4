import { randomUUID } from 'node:crypto';
import { eventually } from '@gatehouse/testing';
import { RevocationKind } from '@gatehouse/contracts/auth';
import { AuthContext } from '../auth-context.js';
import { readAuthSettings } from '../config.js';
import { pastAll } from '../spec/past-all.js';
import { claimsOf, CLIENT_SECRET, runningAuth, silentLog, type RunningAuth } from '../spec/running-auth.js';
import { followAs, type SpecVerifier, type SpecVerifierOptions } from '../spec/verifier.js';
import { startAuth, type RunningAuth as Replica } from '../start-auth.js';

describe('the feed of revocations', () => {
  let auth: RunningAuth;
  let other: Replica;
  let accessToken: string;
  const open: SpecVerifier[] = [];
  beforeAll(async () => {
    auth = await runningAuth();
    other = await startAuth(readAuthSettings(auth.environment), silentLog);
    ({ accessToken } = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth'));
  });
  afterEach(() => {
    for (const verifier of open.splice(0)) verifier.close();
  });
  afterAll(async () => {
    await other.stop();
    await auth.close();
  });

  const follow = (options: SpecVerifierOptions = {}, { port } = auth.service) => {
    const verifier = followAs(accessToken, port, options);
    open.push(verifier);
    return verifier;
  };
  const revoke = (key: string, context = auth.context) =>
    context.revocations.append(context.database.sql, [{ kind: 'family', key }]);

  it('begins with the key set and all that is revoked, and goes on with what comes', async () => {
    await revoke('one');
    await auth.context.feed.tail.catchUp();
    const verifier = follow();
    await eventually(() => expect(verifier.keys).toContain('one'));
    expect(verifier.keyIds).toEqual((await auth.getKeySet()).keys.map(({ kid }) => kid));
    expect([verifier.keySets[0]!.number, verifier.batches[0]!.number]).toEqual([1n, 2n]);
    const [first] = verifier.batches;
    expect(first).toMatchObject({ more: false, epoch: auth.context.feed.tail.epoch });
    expect(first!.position > 0n).toBe(true);

    await revoke('two');
    await eventually(() => expect(verifier.keys.filter((key) => key === 'two')).toHaveLength(1));
    const two = verifier.revocations.find(({ key }) => key === 'two')!;
    expect(two).toMatchObject({ kind: RevocationKind.FAMILY, notBefore: 0n });
    const horizon = BigInt(Math.floor(Date.now() / 1_000)) + 306n;
    expect(two.expiresAt <= horizon + 2n && two.expiresAt > horizon - 30n).toBe(true);
    expect(verifier.keys.filter((key) => key === 'one')).toHaveLength(1);
  });

  it('says what the cause of a revocation was, by the words of the contract', async () => {
    const verifier = follow();
    const person = await auth.signedIn();
    await auth.logout(person.refreshToken);
    const sid = String(claimsOf(person.accessToken)['sid']);
    await eventually(() =>
      expect(verifier.revocations).toContainEqual(
        expect.objectContaining({ kind: RevocationKind.FAMILY, key: sid }),
      ),
    );
    const notBefore = new Date(1_700_000_000_999);
    await auth.context.revocations.append(auth.database.sql as never, [
      { kind: 'subject', key: 'ann', notBefore },
    ]);
    await eventually(() =>
      expect(verifier.revocations).toContainEqual(
        expect.objectContaining({ kind: RevocationKind.SUBJECT, key: 'ann', notBefore: 1_700_000_000n }),
      ),
    );
  });

  it('resumes at another replica with what is newer alone, and anew in another epoch', async () => {
    await revoke('before');
    await pastAll(auth.context.revocations, auth.context.database.sql);
    await auth.context.feed.tail.catchUp();
    const first = follow();
    await eventually(() => expect(first.keys).toContain('before'));
    const { epoch, position } = first.batches.at(-1)!;
    first.close();
    await revoke('meanwhile');
    await other.context.feed.tail.catchUp();

    const resumed = follow({ epoch, position }, other);
    await eventually(() => expect(resumed.keys).toContain('meanwhile'));
    expect(resumed.keys).not.toContain('before');
    const stranger = follow({ epoch: 'another', position }, other);
    await eventually(() => expect(stranger.keys).toEqual(expect.arrayContaining(['before', 'meanwhile'])));
    // From the future, as after a failover to a replica that lags: nothing is repeated, what comes is told.
    const ahead = follow({ epoch, position: position + 1_000_000n }, other);
    await eventually(() => expect(ahead.batches).not.toHaveLength(0));
    await revoke('later', other.context);
    await eventually(() => expect(ahead.keys).toEqual(['later']));
  });

  it('answers a ping after all that it knew, with the age of that', async () => {
    const verifier = follow();
    await eventually(() => expect(verifier.batches).not.toHaveLength(0));
    const key = randomUUID();
    await revoke(key);
    await auth.context.feed.tail.catchUp();
    verifier.ping();
    await eventually(() => expect(verifier.pongs).toHaveLength(1));
    const [pong] = verifier.pongs;
    const before = verifier.batches.slice(0, pong!.afterBatches);
    expect(before.flatMap(({ revocations }) => revocations).map((each) => each.key)).toContain(key);
    expect(pong!.id).toBe(1n);
    expect(pong!.readAgeMs < 10_000n).toBe(true);
  });

  it('says with a ping how far it has read, also when nothing was revoked', async () => {
    const { database, revocations } = auth.context;
    const verifier = follow();
    await eventually(() => expect(verifier.batches).not.toHaveLength(0));
    await database.sql`select pg_current_xact_id()`;
    const { epoch, position } = await revocations.readFrom(database.sql, 0n);
    await eventually(() => {
      verifier.ping();
      expect(verifier.batches.at(-1)!.position >= position).toBe(true);
    });
    expect(verifier.batches.slice(1).flatMap((batch) => batch.revocations)).toEqual([]);
    // One who has heard of it elsewhere finds a replica that has come as far.
    const moved = follow({ epoch, position }, other);
    await eventually(() => expect(moved.batches.at(-1)!.position >= position).toBe(true));
    expect(moved.revocations).toEqual([]);
  });

  it('answers no ping before the beginning: it would be a lease on nothing', async () => {
    const verifier = follow();
    for (let n = 0; n < 5; n++) verifier.ping();
    await eventually(() => expect(verifier.pongs).toHaveLength(5));
    expect(verifier.pongs.every(({ afterBatches }) => afterBatches > 0)).toBe(true);
  });

  it('splits what is too much for a message, and counts the position once it is complete', async () => {
    await auth.database.sql`
      insert into revocation (kind, key, expires_at)
      select 'token', 'many-' || repeat('x', 100) || n, clock_timestamp() + interval '1 hour'
      from generate_series(1, 9000) n`;
    await auth.context.feed.tail.catchUp();
    const verifier = follow();
    await eventually(() => expect(verifier.batches.at(-1)?.more).toBe(false));
    expect(verifier.batches.length).toBeGreaterThan(2);
    expect(verifier.batches.map(({ more }) => more).lastIndexOf(true)).toBe(verifier.batches.length - 2);
    expect(verifier.keys.filter((key) => key.startsWith('many-'))).toHaveLength(9_000);
    await auth.database.sql`delete from revocation where key like 'many-%'`;
  });

  it('drops a verifier that does not keep up, which resumes', async () => {
    const verifier = follow({ acknowledges: false });
    await eventually(() => expect(verifier.batches).not.toHaveLength(0));
    await auth.database.sql`
      insert into revocation (kind, key, expires_at)
      select 'token', 'flood-' || n, clock_timestamp() + interval '1 hour' from generate_series(1, 45000) n`;
    expect(await verifier.ended).toBe('OVERLOADED');
    const { epoch, position } = verifier.batches.filter(({ more }) => !more).at(-1)!;
    const resumed = follow({ epoch, position });
    await eventually(() =>
      expect(resumed.keys.filter((key) => key.startsWith('flood-'))).toHaveLength(45_000),
    );
    await auth.database.sql`delete from revocation where key like 'flood-%'`;
  });

  it('is for services that may watch, and for messages in order', async () => {
    const person = await auth.signedIn('admin');
    const asPerson = followAs(person.accessToken, auth.service.port);
    open.push(asPerson);
    expect(await asPerson.ended).toBe('CALLER_NOT_ADMITTED');
    const twice = follow();
    twice.send({ $case: 'begin', value: { verifierId: randomUUID(), epoch: '', position: 0n } });
    expect(await twice.ended).toBe('FIELD_INVALID');
    const nobody = follow({ verifierId: 'no uuid' });
    expect(await nobody.ended).toBe('FIELD_INVALID');
  });

  it('has lost nothing when a replica is gone between the commit and the push', async () => {
    const context = new AuthContext(readAuthSettings(auth.environment), silentLog);
    const key = randomUUID();
    // It never follows the table: whatever it commits is pushed by others.
    await revoke(key, context);
    await context.database.close();
    const verifier = follow({}, other);
    await eventually(() => expect(verifier.keys).toContain(key));
  });

  it('ends with UNAVAILABLE when its replica stops', async () => {
    const third = await startAuth(readAuthSettings(auth.environment), silentLog);
    const verifier = follow({}, third);
    await eventually(() => expect(verifier.batches).not.toHaveLength(0));
    const stopped = third.stop();
    expect(await verifier.ended).toBe('STOPPING');
    await stopped;
  });
});
