import { randomUUID } from 'node:crypto';
import { contract } from '@gatehouse/contracts';
import { RevocationKind, RevocationServiceClient } from '@gatehouse/contracts/auth';
import { openClient } from '@gatehouse/grpc';
import { eventually } from '@gatehouse/testing';
import { readAuthSettings } from '../config.js';
import { apiKeyCalls } from '../spec/api-key-calls.js';
import {
  claimsOf,
  CLIENT_SECRET,
  PASSWORD,
  reasonOf,
  runningAuth,
  silentLog,
  type RunningAuth,
} from '../spec/running-auth.js';
import { followAs, type SpecVerifier } from '../spec/verifier.js';
import { startAuth, type RunningAuth as Replica } from '../start-auth.js';

describe('Revoke', () => {
  let auth: RunningAuth;
  let client: RevocationServiceClient;
  let admin: Awaited<ReturnType<RunningAuth['signedIn']>>;
  beforeEach(async () => {
    auth = await runningAuth();
    client = openClient(RevocationServiceClient, `127.0.0.1:${auth.service.port}`, contract);
    admin = await auth.signedIn('admin');
  });
  afterEach(async () => {
    client.close();
    await auth.close();
  });

  const revoke = (
    kind: RevocationKind,
    key: string,
    { wait = false, accessToken = admin.accessToken } = {},
  ) => auth.call(client.revoke.bind(client), { kind, key, wait }, accessToken);
  const isRefused = (accessToken: string) =>
    eventually(async () => expect(await reasonOf(auth.getAccount(accessToken))).toBe('UNAUTHENTICATED'));
  const claim = (accessToken: string, name: string) => String(claimsOf(accessToken)[name]);

  it('ends one access token, and nothing else', async () => {
    const person = await auth.signedIn();
    await revoke(RevocationKind.TOKEN, claim(person.accessToken, 'jti'));
    await isRefused(person.accessToken);
    expect(await reasonOf(auth.refresh(person.refreshToken))).toBe('OK');
  });

  it('ends a family with its refresh token', async () => {
    const person = await auth.signedIn();
    await revoke(RevocationKind.FAMILY, claim(person.accessToken, 'sid'));
    await isRefused(person.accessToken);
    expect(await reasonOf(auth.refresh(person.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
  });

  it('ends for good what is called by the kind of another one', async () => {
    const person = await auth.signedIn();
    const session = await auth.sessions.create(person.email, PASSWORD);
    const keys = apiKeyCalls(auth.service.port);
    const key = await keys.create(person.accessToken);
    const { API_KEY, FAMILY, SESSION } = RevocationKind;
    await revoke(SESSION, claim(person.accessToken, 'sid'));
    await revoke(API_KEY, session.id);
    await revoke(FAMILY, key.id);
    // As when the revocations have been forgotten.
    await auth.database.sql`delete from revocation`;
    expect(await reasonOf(auth.refresh(person.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    expect(await reasonOf(auth.sessions.exchange(session.secret))).toBe('CREDENTIAL_INVALID');
    expect(await reasonOf(keys.exchange(key.secret))).toBe('CREDENTIAL_INVALID');
    keys.close();
  });

  it('ends what a subject was issued; the next access token says a later second', async () => {
    const person = await auth.signedIn();
    await revoke(RevocationKind.SUBJECT, person.id);
    const { accessToken } = await auth.refresh(person.refreshToken);
    await isRefused(person.accessToken);
    expect(await reasonOf(auth.getAccount(accessToken))).toBe('OK');
    expect(await reasonOf(auth.getAccount(admin.accessToken))).toBe('OK');
  });

  it('ends what is named in capitals, as it would otherwise be acknowledged and go on', async () => {
    const [person, other] = [await auth.signedIn(), await auth.signedIn()];
    await revoke(RevocationKind.SUBJECT, person.id.toUpperCase());
    await revoke(RevocationKind.FAMILY, claim(other.accessToken, 'sid').toUpperCase());
    await isRefused(person.accessToken);
    await isRefused(other.accessToken);
    expect(await reasonOf(auth.refresh(other.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
  });

  it('ends everything, the access token that asks included; what is issued at once is good', async () => {
    const person = await auth.signedIn();
    await revoke(RevocationKind.EVERYTHING, '');
    const again = await auth.refresh(person.refreshToken);
    const service = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    await isRefused(person.accessToken);
    await isRefused(admin.accessToken);
    expect(await reasonOf(auth.getAccount(again.accessToken))).toBe('OK');
    const verifier = followAs(service.accessToken, auth.service.port);
    await eventually(() => expect(verifier.batches).not.toHaveLength(0));
    verifier.close();
  });

  it('ends what a client was issued, users by their client and services by their name', async () => {
    const before = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    await revoke(RevocationKind.CLIENT, 'users');
    const after = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    const refused = followAs(before.accessToken, auth.service.port);
    expect(await refused.ended).toBe('UNAUTHENTICATED');
    const admitted = followAs(after.accessToken, auth.service.port);
    await eventually(() => expect(admitted.batches).not.toHaveLength(0));
    for (const verifier of [refused, admitted]) verifier.close();
    const person = await auth.signedIn();
    await revoke(RevocationKind.CLIENT, claim(person.accessToken, 'client_id'));
    const { accessToken } = await auth.refresh(person.refreshToken);
    await isRefused(person.accessToken);
    expect(await reasonOf(auth.getAccount(accessToken))).toBe('OK');
  });

  it('ends what a signing key has signed', async () => {
    const { keyId } = auth.context.keys.active();
    await revoke(RevocationKind.SIGNING_KEY, keyId);
    await isRefused(admin.accessToken);
    const { accessToken } = await auth.login(admin.email);
    // As a client does whose answer was lost.
    const again = revoke(RevocationKind.SIGNING_KEY, keyId, { accessToken, wait: true });
    expect(await again).toEqual({ enforcedCount: 1, laggardCount: 0 });
    const unknown = revoke(RevocationKind.SIGNING_KEY, 'nobody', { accessToken });
    expect(await reasonOf(unknown)).toBe('KEY_UNKNOWN');
    const events = await auth.database.sql`
      select target, outcome from audit_event where action = 'Revoke' order by id`;
    expect(events).toEqual([
      { target: keyId, outcome: 'OK' },
      { target: keyId, outcome: 'OK' },
      { target: 'nobody', outcome: 'KEY_UNKNOWN' },
    ]);
  });

  it('is an admin’s, with a key that goes with the kind, and leaves an audit event', async () => {
    const person = await auth.signedIn();
    const { accessToken } = person;
    expect(await reasonOf(revoke(RevocationKind.SUBJECT, admin.id, { accessToken }))).toBe(
      'PERMISSION_MISSING',
    );
    expect(await reasonOf(revoke(RevocationKind.EVERYTHING, 'something'))).toBe('FIELD_INVALID');
    expect(await reasonOf(revoke(RevocationKind.UNSPECIFIED, 'x'))).toBe('FIELD_INVALID');
    for (const key of ['', 'two words', 'line\nfeed', 'x'.repeat(129)]) {
      expect(await reasonOf(revoke(RevocationKind.SESSION, key))).toBe('FIELD_INVALID');
    }
    expect(await auth.database.sql`select from revocation`).toHaveLength(0);
    expect(await reasonOf(revoke(RevocationKind.SESSION, 'unknown'))).toBe('OK');
    const [event] = await auth.database.sql`
      select actor, target, outcome from audit_event where action = 'Revoke' and outcome = 'OK'`;
    expect(event).toEqual({ actor: admin.id, target: 'session unknown', outcome: 'OK' });
  });

  describe('that waits', () => {
    let other: Replica;
    const verifiers: SpecVerifier[] = [];
    beforeEach(async () => {
      other = await startAuth(readAuthSettings(auth.environment), silentLog);
      const { accessToken } = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
      verifiers.push(
        followAs(accessToken, auth.service.port),
        followAs(accessToken, other.port),
        followAs(accessToken, other.port, { acknowledges: false }),
      );
      await eventually(async () => {
        const rows = await auth.database.sql`select from verifier`;
        expect(rows).toHaveLength(5);
      });
    });
    afterEach(async () => {
      for (const verifier of verifiers.splice(0)) verifier.close();
      await other.stop();
    });

    it('answers with the number of those who enforce it and of those who have not said so', async () => {
      const [, , silent] = verifiers;
      // The two replicas of this service count as well.
      expect(await revoke(RevocationKind.SESSION, 'a', { wait: true })).toEqual({
        enforcedCount: 4,
        laggardCount: 1,
      });
      silent!.recover();
      expect(await revoke(RevocationKind.SESSION, 'b', { wait: true })).toEqual({
        enforcedCount: 5,
        laggardCount: 0,
      });
      for (const verifier of verifiers) expect(verifier.keys).toContain('b');
    });

    it('does not wait for one whose lease has run out', async () => {
      const [, , silent] = verifiers;
      silent!.close();
      await eventually(async () => {
        const { sql } = auth.database;
        await sql`
          update verifier set seen_at = seen_at - interval '12 seconds' where id = ${silent!.verifierId}`;
        expect(await revoke(RevocationKind.SESSION, randomUUID(), { wait: true })).toEqual({
          enforcedCount: 4,
          laggardCount: 0,
        });
      });
    });

    it('counts those who enforce it while an older transaction holds the position back', async () => {
      verifiers[2]!.recover();
      await auth.database.sql.begin(async (tx) => {
        await tx`insert into revocation (kind, key, expires_at) values ('token', 'held', now() + interval '1 hour')`;
        expect(await revoke(RevocationKind.SESSION, 'c', { wait: true })).toEqual({
          enforcedCount: 5,
          laggardCount: 0,
        });
      });
    });
  });
});
