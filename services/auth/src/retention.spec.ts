import { jest } from '@jest/globals';
import type { Sql } from '@gatehouse/postgres';
import { MAIL_TOPIC } from './mail/mail-event.js';
import { TOPIC } from './outbox/events.js';
import { Retention } from './retention.js';
import {
  claimsOf,
  PASSWORD,
  reasonOf,
  runningAuth,
  silentLog,
  type RunningAuth,
} from './spec/running-auth.js';

describe('retention', () => {
  let auth: RunningAuth;
  beforeAll(async () => {
    auth = await runningAuth();
  });
  afterAll(() => auth.close());

  it('deletes what can matter no more, and nothing else', async () => {
    const { sql } = auth.database;
    const [expired, alive] = [await auth.signedIn(), await auth.signedIn()];
    const [gone, revoked] = [await auth.signedIn(), await auth.signedIn()];
    await auth.logout(gone.refreshToken);
    await auth.logout(revoked.refreshToken);
    const sid = ({ accessToken }: { accessToken: string }) => String(claimsOf(accessToken)['sid']);
    const past = sql`clock_timestamp() - interval '1 second'`;
    await sql`update token_family set idle_expires_at = ${past}, expires_at = ${past} where id = ${sid(expired)}`;
    const [over, live] = [
      await auth.sessions.create(alive.email, PASSWORD),
      await auth.sessions.create(alive.email, PASSWORD),
    ];
    await sql`update session set idle_expires_at = ${past}, expires_at = ${past} where id = ${over.id}`;
    await sql`update revocation set expires_at = ${past} where key = ${sid(gone)}`;
    for (const [name, end] of [
      ['late', past],
      ['open', sql`clock_timestamp() + interval '1 minute'`],
    ] as const) {
      await sql`
        insert into login_flow (id, state_hash, provider, return_path, expires_at)
        values (gen_random_uuid(), sha256(${name}::text::bytea), ${name}, '/account', ${end})`;
    }

    await new Retention(auth.context, silentLog).sweep();

    const families = await sql`select id from token_family`;
    expect(families.map(({ id }) => String(id))).not.toContain(sid(expired));
    expect(await sql`select 1 from refresh_token where family_id = ${sid(expired)}`).toHaveLength(0);
    expect(await reasonOf(auth.refresh(alive.refreshToken))).toBe('OK');
    expect(await sql`select id from session`).toEqual([{ id: live.id }]);
    expect(await sql`select provider from login_flow`).toEqual([{ provider: 'open' }]);
    const revocations = await sql`select key from revocation`;
    expect(revocations.map(({ key }) => key)).toEqual([sid(revoked)]);
  });

  it('deletes more than one batch, and does not wait for what another replica holds', async () => {
    const { sql } = auth.database;
    await sql`delete from revocation`;
    await sql`
      insert into revocation (kind, key, expires_at)
      select 'family', n::text, clock_timestamp() - interval '1 second' from generate_series(1, 2500) n`;
    await sql.begin(async (tx) => {
      await tx`select from revocation where key = '7' for update`;
      await new Retention(auth.context, silentLog).sweep();
    });
    expect(await sql`select key from revocation`).toEqual([{ key: '7' }]);
  });

  it('deletes a family that was refreshed for weeks a batch at a time', async () => {
    const { sql } = auth.database;
    const { accessToken } = await auth.signedIn();
    const id = String(claimsOf(accessToken)['sid']);
    await sql`
      insert into refresh_token (hash, family_id, spent_at)
      select sha256(n::text::bytea), ${id}, clock_timestamp() from generate_series(1, 2500) n`;
    await sql`
      update token_family set idle_expires_at = created_at, expires_at = created_at where id = ${id}`;
    const left = () => sql`select 1 from refresh_token where family_id = ${id}`;
    expect(await auth.context.families.deleteExpired(auth.context.database.sql, 1_000)).toBe(1_000);
    expect(await left()).toHaveLength(1_501);
    await new Retention(auth.context, silentLog).sweep();
    expect(await left()).toHaveLength(0);
    expect(await sql`select 1 from token_family where id = ${id}`).toHaveLength(0);
  });

  it('deletes mails that were refused for good a week ago, and nothing that somebody is owed', async () => {
    const { sql } = auth.database;
    const weekAgo = sql`clock_timestamp() - interval '7 days 1 second'`;
    for (const [topic, key, parkedAt] of [
      [MAIL_TOPIC, 'refused', weekAgo],
      [MAIL_TOPIC, 'refused lately', sql`clock_timestamp()`],
      [MAIL_TOPIC, 'on its way', sql`null`],
      [TOPIC.eraseSubject, 'owed', weekAgo],
    ] as const) {
      await sql`
        insert into outbox (topic, key, payload, created_at, due_at, parked_at)
        values (${topic}, ${key}, '{}', ${weekAgo}, clock_timestamp() + interval '1 hour', ${parkedAt})`;
    }
    await new Retention(auth.context, silentLog).sweep();
    const left = await sql`delete from outbox where key !~ '/' returning key`;
    expect(left.map(({ key }) => String(key)).sort()).toEqual(['on its way', 'owed', 'refused lately']);
  });

  it('goes on to the other tables when one of them fails', async () => {
    const { sql } = auth.database;
    await sql`insert into used_proof values (sha256('late'), clock_timestamp() - interval '1 second')`;
    const failing = jest
      .spyOn(auth.context.families, 'deleteExpired')
      .mockRejectedValue(new Error('too slow'));
    await new Retention(auth.context, silentLog).sweep();
    failing.mockRestore();
    expect(await sql`select 1 from used_proof`).toHaveLength(0);
  });

  it('asks the indexes for what is over, and reads nothing of what is live', async () => {
    const { families, sessions, apiKeys, loginFlows, codes, artifacts, grants, usedProofs } = auth.context;
    const { revocations, limits } = auth.context;
    const stores = { families, sessions, apiKeys, loginFlows, codes, artifacts: artifacts.store, grants };
    const others = { usedProofs, revocations, rates: limits.store, addresses: limits.knownAddresses };
    await auth.context.database.transaction(async (tx) => {
      // The tables are small here; in large ones nothing else would do.
      await tx`set local enable_seqscan = off`;
      await tx`set local enable_bitmapscan = off`;
      for (const [name, store] of Object.entries({ ...stores, ...others })) {
        const plans: string[] = [];
        await store.deleteExpired(explaining(tx, plans), 1_000);
        const asked = plans.filter((plan) => /Index Cond: .*(statement_timestamp\(\)|expire < )/.test(plan));
        expect({ name, asked: asked.length }).toEqual({ name, asked: plans.length });
      }
    });
  });
});

/** Runs no statement, and keeps how each would be run. */
function explaining(tx: Sql, plans: string[]): Sql {
  const explain = async (strings: TemplateStringsArray, ...values: never[]) => {
    const parts = ['explain '.concat(strings[0] ?? ''), ...strings.slice(1)];
    const rows = await tx<{ 'QUERY PLAN': string }[]>(Object.assign(parts, { raw: parts }), ...values);
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    return { count: 0 };
  };
  return explain as unknown as Sql;
}
