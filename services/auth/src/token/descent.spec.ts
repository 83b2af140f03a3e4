import { createHash, randomUUID } from 'node:crypto';
import { contract } from '@gatehouse/contracts';
import { TokenServiceClient } from '@gatehouse/contracts/auth';
import { openClient } from '@gatehouse/grpc';
import { eventually } from '@gatehouse/testing';
import { decodeProtectedHeader } from 'jose';
import { commandOrigin } from '../cli/command-origin.js';
import { claimsOf, CLIENT_SECRET, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';
import { toTokenSet, readIssue } from './sign-in.js';

type Person = Awaited<ReturnType<RunningAuth['signedIn']>>;

describe('Introspect and RevokeToken', () => {
  let auth: RunningAuth;
  let tokens: TokenServiceClient;
  beforeAll(async () => {
    auth = await runningAuth();
    tokens = openClient(TokenServiceClient, `127.0.0.1:${auth.service.port}`, contract);
  });
  afterAll(async () => {
    tokens.close();
    await auth.close();
  });

  /** Anew for each question: what some cases here revoke concerns services too. */
  const asUsers = async () => (await auth.issueServiceToken('users', CLIENT_SECRET, 'auth')).accessToken;
  const introspect = async (token: string, accessToken?: string) =>
    auth.call(tokens.introspect.bind(tokens), { token }, accessToken ?? (await asUsers()));
  const isActive = async (token: string) => (await introspect(token)).active;
  const revokeToken = (token: string) => auth.call(tokens.revokeToken.bind(tokens), { token });
  const INACTIVE = { active: false, subject: '', scope: '', clientId: '', expiresAt: 0n, boundTo: '' };

  /** An access token that descends from a session or an API key. */
  async function descending(credential: 'session' | 'api_key') {
    const { id: accountId } = await auth.signedIn();
    const [id, hash] = [randomUUID(), createHash('sha256').update(randomUUID()).digest()];
    if (credential === 'session') {
      await auth.database.sql`
        insert into session (id, account_id, hash, last_address, device, idle_expires_at, expires_at)
        values (${id}, ${accountId}, ${hash}, '', '', now() + interval '1 day', now() + interval '1 day')`;
    } else {
      await auth.database.sql`
        insert into api_key (id, account_id, display_name, secret_hash, permissions, allowed_addresses, expires_at)
        values (${id}, ${accountId}, 'key', ${hash}, '{}', '{}', now() + interval '1 day')`;
    }
    const { context } = auth;
    const issue = await context.database.transaction((tx) => readIssue(context, tx, accountId));
    const decided = {
      ...issue!,
      subject: accountId,
      sessionId: id,
      credential,
      authTime: undefined,
      refreshToken: '',
    };
    return { id, ...(await toTokenSet(context, decided)) };
  }

  it('say what an access token is good for', async () => {
    const { accessToken, id, scope } = await auth.signedIn('editor');
    const claims = claimsOf(accessToken);
    expect(await introspect(accessToken)).toEqual({
      active: true,
      subject: id,
      scope,
      clientId: 'gatehouse',
      expiresAt: BigInt(Number(claims['exp'])),
      boundTo: '',
    });
    expect(await introspect(await asUsers())).toEqual(INACTIVE); // meant for auth, not for users
    const own = auth.context.serviceTokens.issue('auth', 'users')!;
    expect(await introspect(own.accessToken)).toMatchObject({ active: true, subject: 'auth' });
  });

  const sql = () => auth.database.sql;
  const revocation = (kind: string, key: string, notBefore: string | null = null) => sql()`
    insert into revocation (kind, key, not_before, expires_at)
    values (${kind}, ${key}, ${notBefore}::timestamptz, now() + interval '1 hour')`;
  const issuedAt = (person: Person, offset = 0) =>
    new Date((Number(claimsOf(person.accessToken)['iat']) + offset) * 1_000).toISOString();

  it.each<[string, (person: Person) => Promise<unknown>]>([
    ['is revoked alone', ({ accessToken }) => revocation('token', String(claimsOf(accessToken)['jti']))],
    ['has a revoked family', ({ accessToken }) => revocation('family', String(claimsOf(accessToken)['sid']))],
    ['was logged out', ({ refreshToken }) => auth.logout(refreshToken)],
    [
      'has a family that ended without a revocation',
      ({ id }) => sql()`update token_family set ended_at = now() where account_id = ${id}`,
    ],
    [
      'was issued up to a moment of its subject',
      (person) => revocation('subject', person.id, issuedAt(person)),
    ],
    [
      'was issued up to the not-before of its account',
      (person) => sql()`update account set tokens_not_before = ${issuedAt(person)} where id = ${person.id}`,
    ],
    [
      'has the later of two moments against it, the earlier being the particular one',
      async (person) => {
        await revocation('subject', person.id, issuedAt(person, -60));
        await revocation('subject', person.id, issuedAt(person, 1));
      },
    ],
    ['has an account that is gone', ({ id }) => sql()`delete from account where id = ${id}`],
    [
      'has an account that is suspended',
      ({ id }) => sql()`update account set suspended_at = now() where id = ${id}`,
    ],
  ])('find inactive one that %s', async (_, end) => {
    const person = await auth.signedIn();
    expect(await isActive(person.accessToken)).toBe(true);
    const another = await auth.signedIn();
    await end(person);
    expect(await introspect(person.accessToken)).toEqual(INACTIVE);
    expect(await isActive(another.accessToken)).toBe(true);
  });

  it.each(['session', 'api_key'] as const)('find inactive one whose %s ended', async (credential) => {
    const { accessToken, id } = await descending(credential);
    expect(await isActive(accessToken)).toBe(true);
    await (credential === 'session'
      ? sql()`update session set ended_at = now() where id = ${id}`
      : sql()`update api_key set revoked_at = now() where id = ${id}`);
    expect(await isActive(accessToken)).toBe(false);
  });

  it('go by the moment of a client and of everything, and by the earlier of none', async () => {
    const person = await auth.signedIn();
    await revocation('client', 'gatehouse', issuedAt(person, -1));
    await revocation('everything', '', issuedAt(person, -1));
    expect(await isActive(person.accessToken)).toBe(true);
    for (const [kind, key] of [
      ['client', 'gatehouse'],
      ['everything', ''],
    ] as const) {
      await sql()`update revocation set not_before = ${issuedAt(person)} where kind = ${kind} and key = ${key}`;
      expect(await isActive(person.accessToken)).toBe(false);
      await sql()`delete from revocation where kind = ${kind} and key = ${key}`;
    }
    expect(await isActive(person.accessToken)).toBe(true);
  });

  it('find inactive what a revoked key has signed, and good what a retired one has', async () => {
    const { accessToken } = await auth.signedIn();
    const { kid } = decodeProtectedHeader(accessToken);
    await sql()`update signing_key set published_at = now() - interval '1 hour' where state = 'published'`;
    await auth.context.keyKeeper.rotate(commandOrigin('RotateKey'));
    expect(await isActive(accessToken)).toBe(true);
    await auth.context.keyKeeper.revoke(String(kid), commandOrigin('RevokeKey'));
    expect(await isActive(accessToken)).toBe(false);
  });

  it.each(['session', 'api_key'] as const)('find a %s without a look at all of them', async (credential) => {
    const { issuedTokens, descent, database } = auth.context;
    const claims = await issuedTokens.read((await descending(credential)).accessToken);
    await database.transaction(async (tx) => {
      // Few rows are read as a whole whatever indexes there are, and plans are remembered.
      await tx`set local enable_seqscan = off`;
      await tx`set local plan_cache_mode = force_custom_plan`;
      const scans = () => tx`select relname, seq_scan from pg_stat_xact_user_tables order by relname`;
      const before = await scans();
      expect(await descent.isGood(tx, claims!)).toBe(true);
      const after = await scans();
      expect(after.filter(({ seq_scan: count }) => count > 0)).toEqual(
        before.filter(({ seq_scan: count }) => count > 0),
      );
    });
  });

  it('find inactive what is no access token, and answer services alone', async () => {
    const person = await auth.signedIn();
    for (const token of ['x', 'a.b.c', `${person.accessToken}x`, person.refreshToken]) {
      expect(await introspect(token)).toEqual(INACTIVE);
    }
    expect(await reasonOf(introspect(person.accessToken, person.accessToken))).toBe('CALLER_NOT_ADMITTED');
    const { accessToken: gateway } = await auth.issueServiceToken(
      'gateway',
      'the secret of the gateway itself',
      'auth',
    );
    expect((await introspect(person.accessToken, gateway)).active).toBe(true);
  });

  it('revoke an access token alone, once, and say so in the audit trail', async () => {
    const person = await auth.signedIn();
    const jti = String(claimsOf(person.accessToken)['jti']);
    await revokeToken(person.accessToken);
    await revokeToken(person.accessToken);
    expect(await isActive(person.accessToken)).toBe(false);
    await eventually(async () =>
      expect(await reasonOf(auth.getAccount(person.accessToken))).toBe('UNAUTHENTICATED'),
    );
    expect(await reasonOf(auth.refresh(person.refreshToken))).toBe('OK');
    expect(await sql()`select kind from revocation where key = ${jti}`).toEqual([{ kind: 'token' }]);
    const events = await sql()`
      select actor, outcome from audit_event where action = 'RevokeToken' and target = ${person.id}`;
    expect(events).toEqual([{ actor: person.id, outcome: 'OK' }]);
  });

  it('revoke the sign-in of a refresh token', async () => {
    const person = await auth.signedIn();
    await revokeToken(person.refreshToken);
    expect(await isActive(person.accessToken)).toBe(false);
    expect(await reasonOf(auth.refresh(person.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
  });

  it('revoke a service’s own access token', async () => {
    const person = await auth.signedIn();
    const accessToken = await asUsers();
    await revokeToken(accessToken);
    await eventually(async () =>
      expect(await reasonOf(introspect(person.accessToken, accessToken))).toBe('UNAUTHENTICATED'),
    );
  });

  it('leave no trace of what strangers send', async () => {
    const counts = async () => {
      const [row] = await sql()`
        select (select count(*) from revocation)::int as revocations, (select count(*) from audit_event)::int as events`;
      return row;
    };
    const { accessToken } = await auth.signedIn();
    const [header, payload] = accessToken.split('.');
    const before = await counts();
    for (const token of ['x', '...', 'a.b.c', randomUUID(), `${header}.${payload}.${'A'.repeat(86)}`]) {
      expect(await reasonOf(revokeToken(token))).toBe('OK');
    }
    expect(await counts()).toEqual(before);
  });

  it('answer UNAVAILABLE while the database is down: an outage makes nothing inactive', async () => {
    const person = await auth.signedIn();
    expect(await isActive(person.accessToken)).toBe(true);
    const accessToken = await asUsers();
    await auth.context.database.close();
    expect(await reasonOf(introspect(person.accessToken, accessToken))).toBe('DATABASE_UNAVAILABLE');
    expect(await reasonOf(revokeToken(person.accessToken))).toBe('DATABASE_UNAVAILABLE');
  });
});
