import { createHash } from 'node:crypto';
import { startAuth } from '../start-auth.js';
import { readAuthSettings } from '../config.js';
import { contract } from '@gatehouse/contracts';
import { TokenServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient } from '@gatehouse/grpc';
import { PATIENCE_MS } from '../spec/patience.js';
import {
  claimsOf,
  PASSWORD,
  reasonOf,
  runningAuth,
  silentLog,
  type RunningAuth,
} from '../spec/running-auth.js';
import { sessionCalls } from '../spec/session-calls.js';

describe('refresh', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  const hashOf = (refreshToken: string) => createHash('sha256').update(refreshToken).digest();
  const familyOf = (accessToken: string) => String(claimsOf(accessToken)['sid']);
  const unspent = async (family: string) => {
    const rows = await auth.database.sql`
      select hash from refresh_token where family_id = ${family} and spent_at is null`;
    return rows.length;
  };
  /** Moves the moment of spending into the past. */
  const age = (refreshToken: string, seconds: number) => auth.database.sql`
    update refresh_token set spent_at = spent_at - ${seconds} * interval '1 second'
    where hash = ${hashOf(refreshToken)}`;
  const revocationsOf = async (key: string) => {
    const rows = await auth.database.sql`select kind from revocation where key = ${key}`;
    return rows.map((row) => String(row['kind']));
  };

  it('gives the next token set of the same sign-in', async () => {
    const first = await auth.signedIn();
    const second = await auth.refresh(first.refreshToken);
    expect(second.refreshToken).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    const [before, after] = [claimsOf(first.accessToken), claimsOf(second.accessToken)];
    expect([after['sid'], after['sub']]).toEqual([before['sid'], before['sub']]);
    expect(after['jti']).not.toBe(before['jti']);
    expect((await auth.refresh(second.refreshToken)).refreshToken).not.toBe(second.refreshToken);
  });

  it('gives the same successor to a retry within ten seconds, and ends the family after that', async () => {
    const { refreshToken, accessToken } = await auth.signedIn();
    const next = await auth.refresh(refreshToken);
    expect((await auth.refresh(refreshToken)).refreshToken).toBe(next.refreshToken);
    expect(await unspent(familyOf(accessToken))).toBe(1);
    await age(refreshToken, 11);
    expect(await reasonOf(auth.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    expect(await reasonOf(auth.refresh(next.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    expect(await revocationsOf(familyOf(accessToken))).toEqual(['family']);
    const events = await auth.database.sql`
      select outcome from audit_event where target = ${String(claimsOf(accessToken)['sub'])} order by id desc`;
    expect(events.map((row) => row['outcome'])).toContain('REFRESH_TOKEN_REUSED');
  });

  it('takes a spent one whose successor is spent for reuse, within the ten seconds too', async () => {
    const { refreshToken, accessToken } = await auth.signedIn();
    const second = await auth.refresh(refreshToken);
    const third = await auth.refresh(second.refreshToken);
    expect(await reasonOf(auth.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    expect(await reasonOf(auth.refresh(third.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    expect(await revocationsOf(familyOf(accessToken))).toEqual(['family']);
  });

  it.each(['Thief/1.0', ''])(
    'gives the successor again to the device that spent it, and not to "%s"',
    async (device) => {
      const thief = sessionCalls(auth.service.port, device);
      try {
        const { email } = await auth.signedIn();
        const { refreshToken, accessToken } = await auth.sessions.login(email, PASSWORD);
        const next = await auth.sessions.refresh(refreshToken);
        expect((await auth.sessions.refresh(refreshToken)).refreshToken).toBe(next.refreshToken);
        expect(await reasonOf(thief.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
        expect(await reasonOf(auth.sessions.refresh(next.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
        expect(await revocationsOf(familyOf(accessToken))).toEqual(['family']);
      } finally {
        thief.close();
      }
    },
  );

  it('writes no row for what no family ever had', async () => {
    const count = async () => {
      const [row] = await auth.database.sql`select count(*)::int as events from audit_event`;
      return row!['events'];
    };
    const before = await count();
    expect(await reasonOf(auth.refresh('a'.repeat(43)))).toBe('REFRESH_TOKEN_INVALID');
    expect(await count()).toBe(before);
  });

  it('does not outlive the sign-in with its access token', async () => {
    const { refreshToken, accessToken } = await auth.signedIn();
    const [row] = await auth.database.sql<{ ends_at: number }[]>`
      update token_family set idle_expires_at = clock_timestamp() + interval '60 seconds',
        expires_at = clock_timestamp() + interval '60 seconds'
      where id = ${familyOf(accessToken)} returning floor(extract(epoch from expires_at))::float8 as ends_at`;
    const next = await auth.refresh(refreshToken);
    expect(next.expiresIn).toBeLessThanOrEqual(60);
    expect(claimsOf(next.accessToken)['exp']).toBe(row!.ends_at);
  });

  it('leaves one good refresh token after 50 parallel calls over two replicas', async () => {
    const other = await startAuth(readAuthSettings(auth.environment), silentLog);
    const client = openClient(TokenServiceClient, `127.0.0.1:${other.port}`, contract);
    try {
      const { refreshToken, accessToken } = await auth.signedIn();
      const replies = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          if (index % 2 === 0) return auth.refresh(refreshToken);
          const reply = await callUnary(
            client.refresh.bind(client),
            { refreshToken },
            { timeoutMs: PATIENCE_MS },
          );
          return reply.tokens!;
        }),
      );
      expect(new Set(replies.map((reply) => reply.refreshToken)).size).toBe(1);
      expect(await unspent(familyOf(accessToken))).toBe(1);
      expect(await revocationsOf(familyOf(accessToken))).toEqual([]);
    } finally {
      client.close();
      await other.stop();
    }
  });

  it.each([
    ['idle', 7, 23],
    ['absolute', 30, 0],
  ])('ends at its %s limit', async (_, days, left) => {
    const { refreshToken, accessToken } = await auth.signedIn();
    // As if it had begun that long ago, and (for the absolute limit) been used until now.
    await auth.database.sql`
      update token_family set expires_at = clock_timestamp() + ${left} * interval '1 day' - interval '1 second',
        idle_expires_at = clock_timestamp() - interval '1 second'
      where id = ${familyOf(accessToken)} and expires_at > clock_timestamp() + ${days - 1} * interval '1 day'`;
    expect(await reasonOf(auth.refresh(refreshToken))).toBe('REFRESH_TOKEN_INVALID');
  });

  it('moves the idle limit and never the absolute one', async () => {
    const { refreshToken, accessToken } = await auth.signedIn();
    const { sql } = auth.database;
    await sql`
      update token_family set expires_at = expires_at - interval '25 days',
        idle_expires_at = idle_expires_at - interval '6 days'
      where id = ${familyOf(accessToken)}`;
    const limits = () => sql`
      select expires_at, idle_expires_at = expires_at as capped from token_family
      where id = ${familyOf(accessToken)}`;
    const [before] = await limits();
    await auth.refresh(refreshToken);
    const [after] = await limits();
    expect(after!['expires_at']).toEqual(before!['expires_at']);
    expect(after!['capped']).toBe(true);
  });

  it.each(['', 'x', 'a'.repeat(43)])('refuses what it never issued: "%s"', async (refreshToken) => {
    expect(['REFRESH_TOKEN_INVALID', 'FIELD_INVALID']).toContain(await reasonOf(auth.refresh(refreshToken)));
  });
});

describe('logout', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  it('ends the sign-in by any of its refresh tokens and revokes its access tokens, once', async () => {
    const first = await auth.signedIn();
    const second = await auth.refresh(first.refreshToken);
    await auth.logout(first.refreshToken);
    await auth.logout(second.refreshToken);
    expect(await reasonOf(auth.refresh(second.refreshToken))).toBe('REFRESH_TOKEN_INVALID');
    const rows = await auth.database.sql`
      select kind, not_before, expires_at > clock_timestamp() + interval '300 seconds' as outlasts, xid::text as xid
      from revocation where key = ${String(claimsOf(first.accessToken)['sid'])}`;
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ kind: 'family', not_before: null, outlasts: true });
  });

  it('takes an unknown refresh token for one that is over', async () => {
    expect(await reasonOf(auth.logout('unknown'))).toBe('OK');
  });
});
