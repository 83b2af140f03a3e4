import { randomUUID } from 'node:crypto';
import { fewAtOnce } from '../spec/few-at-once.js';
import { claimsOf, PASSWORD, runningAuth, type RunningAuth } from '../spec/running-auth.js';

describe('the end of all sign-ins of an account', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  it('ends more than one statement ends in its time, and revokes what may have access tokens', async () => {
    const { sql } = auth.database;
    const { id, email, accessToken } = await auth.signedIn();
    const session = await auth.sessions.create(email, PASSWORD);
    for (const [table, hash] of [
      ['token_family', sql``],
      ['session', sql`, decode(md5(n::text) || md5(n::text), 'hex')`],
    ] as const)
      await sql`
        insert into ${sql(table)} (
          id, account_id, last_used_at, idle_expires_at, expires_at, device, last_address
          ${table === 'session' ? sql`, hash` : sql``}
        )
        select gen_random_uuid(), ${id}, now() - interval '2 hours', now() + interval '1 hour',
          now() + interval '1 hour', '', '' ${hash}
        from generate_series(1, 10001) n`;
    await fewAtOnce(auth.database, 'update', 'session', 'token_family');
    const { endedCount } = await auth.sessions.endOthers(accessToken);
    expect(endedCount).toBe(20_003);
    const live = await sql`
      select id from token_family where account_id = ${id} and ended_at is null
      union all select id from session where account_id = ${id} and ended_at is null`;
    expect(live).toEqual([{ id: claimsOf(accessToken)['sid'] }]);
    expect(await sql`select kind, key from revocation`).toEqual([{ kind: 'session', key: session.id }]);
  });

  it.each([
    ['nobody, as clients go over to the one in its place', 0],
    ['its clients, when the one in its place has ended already', 1],
  ])('tells %s', async (_, count) => {
    const { context } = auth;
    const { id, email } = await auth.signedIn();
    const before = await auth.sessions.create(email, PASSWORD);
    const after = await auth.sessions.create(email, PASSWORD);
    const keeping = { lifetimeSeconds: 60, sessionId: before.id };
    await context.artifacts.put('Session', randomUUID(), { authorizations: { one: {} } }, keeping);
    const outcome = context.database.transaction(async (tx) => {
      if (count > 0) await context.sessionEnds.end(tx, id, after.id);
      await context.sessionEnds.replace(tx, id, before.id, after.id);
      // Nobody is to be told in earnest.
      throw await tx`select key from outbox where topic = 'client.SignOut'`;
    });
    await expect(outcome).rejects.toHaveLength(count);
  });

  it('tells all clients of all sessions, with no lock for each of them', async () => {
    const { context } = auth;
    const { id, email } = await auth.signedIn();
    const began = [await auth.sessions.create(email, PASSWORD), await auth.sessions.create(email, PASSWORD)];
    for (const session of began) {
      const authorizations = { one: { sid: `${session.id} at one` }, two: {} };
      const keeping = { lifetimeSeconds: 60, sessionId: session.id };
      await context.artifacts.put('Session', randomUUID(), { authorizations }, keeping);
    }
    const outcome = context.database.transaction(async (tx) => {
      await context.accounts.lock(tx, id);
      await context.sessionEnds.endAll(tx, id);
      const locks = await tx`select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`;
      const told = await tx`select payload from outbox where topic = 'client.SignOut' order by key`;
      // Nobody is to be told in earnest.
      throw { locks: locks.length, told: told.map(({ payload }) => payload) };
    });
    const sids = began.map((session) => session.id).toSorted();
    await expect(outcome).rejects.toEqual({
      locks: 0,
      told: [
        ...sids.map((sid) => ({ clientId: 'one', accountId: id, sid: `${sid} at one` })),
        ...sids.map(() => ({ clientId: 'two', accountId: id, sid: null })),
      ],
    });
  });
});
