import { createHash, randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import { AppError } from '@gatehouse/errors';
import { readAuthSettings } from '../config.js';
import {
  claimsOf,
  PASSWORD,
  reasonOf,
  runningAuth,
  silentLog,
  type RunningAuth,
} from '../spec/running-auth.js';
import { sessionCalls, type SpecSession } from '../spec/session-calls.js';
import { startAuth } from '../start-auth.js';

describe('exchanging a session', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  const newSession = async () => {
    const account = await auth.signedIn();
    return { ...account, session: await auth.sessions.create(account.email, PASSWORD) };
  };
  const strangers = () => randomBytes(32).toString('base64url');
  /** Moves a session into the past, as if it had been used last that long ago. */
  const age = ({ id }: SpecSession, interval: string) => auth.database.sql`
    update session set
      created_at = created_at - ${interval}::interval, last_used_at = last_used_at - ${interval}::interval,
      idle_expires_at = idle_expires_at - ${interval}::interval, expires_at = expires_at - ${interval}::interval
    where id = ${id}`;
  const stored = async ({ id }: SpecSession) => {
    const [row] = await auth.database.sql<Record<string, Date>[]>`
      select last_used_at, idle_expires_at, expires_at from session where id = ${id}`;
    return row!;
  };
  const outcomesOf = async (target: string) => {
    const rows = await auth.database.sql`
      select outcome from audit_event where target = ${target} and action = 'Exchange' order by id`;
    return rows.map(({ outcome }) => String(outcome));
  };

  it('gives an access token that says when the person signed in, and no refresh token', async () => {
    const { id, session } = await newSession();
    await age(session, '1 hour');
    const tokens = await auth.sessions.exchange(session.secret);
    expect(tokens).toMatchObject({ tokenType: 'Bearer', expiresIn: 300, refreshToken: '' });
    const claims = claimsOf(tokens.accessToken);
    expect(claims).toMatchObject({ sub: id, sid: session.id, credential: 'session' });
    expect(claims['auth_time']).toBe(Math.floor(session.createTime!.getTime() / 1_000) - 3_600);
    expect(await reasonOf(auth.getAccount(tokens.accessToken))).toBe('OK');
    expect(await outcomesOf(id)).toEqual(['OK']);
  });

  it('writes down the use of a session once a minute at most, and moves the idle limit alone', async () => {
    const { session } = await newSession();
    const began = await stored(session);
    await auth.sessions.exchange(session.secret);
    expect(await stored(session)).toEqual(began);
    await age(session, '61 seconds');
    const aged = await stored(session);
    await auth.sessions.exchange(session.secret);
    const used = await stored(session);
    expect(used['last_used_at']!.getTime()).toBeGreaterThan(aged['last_used_at']!.getTime());
    expect(used['idle_expires_at']!.getTime() - used['last_used_at']!.getTime()).toBeCloseTo(86_400_000, -4);
    expect(used['expires_at']).toEqual(aged['expires_at']);
  });

  it('moves the idle limit no further than the absolute one, which the access token does not outlive', async () => {
    const { session } = await newSession();
    await auth.database.sql`
      update session set last_used_at = last_used_at - interval '1 hour',
        idle_expires_at = clock_timestamp() + interval '60 seconds',
        expires_at = clock_timestamp() + interval '60 seconds'
      where id = ${session.id}`;
    const { accessToken, expiresIn } = await auth.sessions.exchange(session.secret);
    const { idle_expires_at: idle, expires_at: end } = await stored(session);
    expect(idle).toEqual(end);
    expect(expiresIn).toBeLessThanOrEqual(60);
    expect(claimsOf(accessToken)['exp']).toBe(Math.floor(end!.getTime() / 1_000));
  });

  it('refuses every cause with the same words', async () => {
    const causes: Record<string, (account: Awaited<ReturnType<typeof newSession>>) => Promise<unknown>> = {
      SESSION_IDLE: ({ session }) => age(session, '24 hours 1 second'),
      SESSION_EXPIRED: ({ session }) => auth.database.sql`
        update session set idle_expires_at = clock_timestamp(), expires_at = clock_timestamp() where id = ${session.id}`,
      SESSION_ENDED: async ({ session }) => {
        const { accessToken } = await auth.sessions.exchange(session.secret);
        return auth.sessions.end('current', accessToken);
      },
    };
    const refusals: unknown[] = [];
    for (const [outcome, cause] of Object.entries(causes)) {
      const account = await newSession();
      await cause(account);
      refusals.push(await auth.sessions.exchange(account.session.secret).catch((error: unknown) => error));
      expect((await outcomesOf(account.id)).at(-1)).toBe(outcome);
    }
    const { session } = await newSession();
    for (const secret of [
      strangers(),
      'x',
      `${session.secret}A`,
      session.secret.toLowerCase(),
      '\0'.repeat(43),
    ]) {
      refusals.push(await auth.sessions.exchange(secret).catch((error: unknown) => error));
    }
    const answers = refusals.map((refusal) => {
      expect(refusal).toBeInstanceOf(AppError);
      const { code, reason, message, domain, metadata, violations, retryAfterMs } = refusal as AppError;
      return JSON.stringify({ code, reason, message, domain, metadata, violations, retryAfterMs });
    });
    expect(JSON.parse(answers[0]!)).toMatchObject({ code: 16, reason: 'CREDENTIAL_INVALID' });
    expect(new Set(answers).size).toBe(1);
  });

  it('writes no row for what no session ever had, and asks no database when it cannot be one', async () => {
    const { session } = await newSession();
    const count = async () => {
      const [row] = await auth.database.sql`select count(*)::int as events from audit_event`;
      return row!['events'];
    };
    const before = await count();
    const asked = jest.spyOn(auth.context.sessions, 'sessionOf');
    expect(await reasonOf(auth.sessions.exchange(strangers()))).toBe('CREDENTIAL_INVALID');
    expect(asked).toHaveBeenCalledTimes(1);
    // The 43rd character holds four bits: another form of the same 256 bits is no secret.
    const last = session.secret.at(-1)!;
    const twin = String.fromCharCode(last.charCodeAt(0) + 1);
    for (const malformed of [
      'x',
      ` ${session.secret}`,
      `${session.secret}=`,
      session.secret.slice(0, -1) + twin,
    ]) {
      expect(await reasonOf(auth.sessions.exchange(malformed))).toBe('CREDENTIAL_INVALID');
    }
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
    expect(await count()).toBe(before);
  });

  it('stores the hash of the secret alone', async () => {
    const { session } = await newSession();
    const [row] = await auth.database.sql<
      { hash: Buffer }[]
    >`select hash from session where id = ${session.id}`;
    expect(row!.hash).toEqual(createHash('sha256').update(session.secret).digest());
  });

  it('ends with the account', async () => {
    const { id, session } = await newSession();
    await auth.database.sql`delete from account where id = ${id}`;
    expect(await reasonOf(auth.sessions.exchange(session.secret))).toBe('CREDENTIAL_INVALID');
  });

  it('issues nothing that an end does not revoke, over two replicas', async () => {
    const other = await startAuth(readAuthSettings(auth.environment), silentLog);
    const there = sessionCalls(other.port);
    try {
      for (let round = 0; round < 5; round++) {
        const { id, session } = await newSession();
        const { accessToken } = await auth.sessions.exchange(session.secret);
        const exchanges = () =>
          Promise.all(
            Array.from({ length: 10 }, (_, index) =>
              reasonOf((index % 2 === 0 ? auth.sessions : there).exchange(session.secret)),
            ),
          );
        const during = exchanges();
        await there.end('current', accessToken);
        const after = await exchanges();
        for (const outcome of await during) expect(['OK', 'CREDENTIAL_INVALID']).toContain(outcome);
        expect(new Set(after)).toEqual(new Set(['CREDENTIAL_INVALID']));
        // Decided and recorded under the lock of the session: each issue is before the revocation.
        const [late] = await auth.database.sql`
          select count(*)::int as issues from audit_event, revocation
          where revocation.key = ${session.id} and action = 'Exchange' and outcome = 'OK'
            and target = ${id} and audit_event.occurred_at >= revocation.created_at`;
        expect(late!['issues']).toBe(0);
      }
    } finally {
      there.close();
      await other.stop();
    }
  });
});
