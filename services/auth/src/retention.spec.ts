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
});
