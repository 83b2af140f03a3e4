import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ALL_BUT_ADMIN, runningResources, type RunningResources } from '../spec/running-resources.js';

let running: RunningResources;
beforeAll(async () => {
  running = await runningResources();
});
afterAll(() => running.close());

/** Everything that the database holds of a subject. */
async function traces(subject: string) {
  const { sql } = running.database;
  return [
    ...(await sql`select id from resource where owner = ${subject}`),
    ...(await sql`select resource_id from share where subject = ${subject}`),
  ];
}

describe('EraseSubject', () => {
  it('removes what a subject owns and was given, and nothing else', async () => {
    const [ann, bob] = [running.user(), running.user()];
    const own = await running.create(ann, { title: 'own' });
    await running.share(ann, own.id, bob.subject);
    const other = await running.create(bob, { title: 'other' });
    await running.share(bob, other.id, ann.subject);
    await running.erase(running.auth, ann.subject);
    await running.erase(running.auth, ann.subject.toUpperCase());
    expect(await traces(ann.subject)).toEqual([]);
    await expect(running.get(bob, own.id)).rejects.toMatchObject({ code: 5, reason: 'RESOURCE_UNKNOWN' });
    expect(await running.get(bob, other.id)).toEqual(other);
    expect((await running.listShares(bob, other.id)).shares).toEqual([]);
  });

  it('removes more than one batch', async () => {
    const owner = randomUUID();
    const { sql } = running.database;
    await sql`insert into subject (id) values (${owner})`;
    await sql`
      insert into resource (owner, title, content, visibility)
      select ${owner}, 'Item', '', 'private' from generate_series(1, 1200)`;
    await running.erase(running.auth, owner);
    expect(await traces(owner)).toEqual([]);
  });

  it('takes the shares of what it removes in statements that stay short', async () => {
    const owner = randomUUID();
    const { sql } = running.database;
    // Each deleted share leaves a row with the transaction, and so the statement, that deleted it.
    await sql`create table ended (xid xid8 not null default pg_current_xact_id())`;
    await sql.unsafe(`
      create function note_end() returns trigger language plpgsql as
        $$ begin insert into ended default values; return null; end $$;
      create trigger share_ended after delete on share for each row execute function note_end()`);
    await sql`insert into subject (id) select ${owner} union all select gen_random_uuid() from generate_series(1, 20)`;
    await sql`
      insert into resource (owner, title, content, visibility)
      select ${owner}, 'Item', '', 'private' from generate_series(1, 100)`;
    await sql`
      insert into share (resource_id, subject, role)
      select r.id, s.id, 'viewer'
      from resource r, (select id from subject where id <> ${owner} limit 20) s where r.owner = ${owner}`;
    await running.erase(running.auth, owner);
    expect(await traces(owner)).toEqual([]);
    const counts = await sql<{ count: number }[]>`select count(*)::int as count from ended group by xid`;
    await sql.unsafe('drop trigger share_ended on share');
    expect(counts.reduce((all, { count }) => all + count, 0)).toBe(2_000);
    expect(Math.max(...counts.map(({ count }) => count))).toBeLessThanOrEqual(500);
  });

  it('lets nothing come back by an access token that is still good', async () => {
    const [ann, bob] = [running.user(), running.user()];
    const { id } = await running.create(bob, { title: 'other' });
    const requestId = randomUUID();
    await running.create(ann, { title: 'before' }, requestId);
    await running.erase(running.auth, ann.subject);
    const refusal = { code: 9, reason: 'SUBJECT_ERASED' };
    await expect(running.create(ann, { title: 'after' })).rejects.toMatchObject(refusal);
    await expect(running.create(ann, { title: 'before' }, requestId)).rejects.toMatchObject(refusal);
    await expect(running.share(bob, id, ann.subject)).rejects.toMatchObject(refusal);
    expect(await traces(ann.subject)).toEqual([]);
  });

  it('closes a subject that was never heard of', async () => {
    const ann = running.user();
    await running.erase(running.auth, ann.subject);
    const refusal = { code: 9, reason: 'SUBJECT_ERASED' };
    await expect(running.create(ann, { title: 'first' })).rejects.toMatchObject(refusal);
  });

  it('leaves nothing of what was added at the same time', async () => {
    const bob = running.user();
    const { id } = await running.create(bob, { title: 'shared' });
    for (let round = 0; round < 25; round++) {
      const ann = running.user();
      const race = [
        running.create(ann, { title: 'a' }),
        running.share(bob, id, ann.subject),
        running.erase(running.auth, ann.subject),
        running.create(ann, { title: 'b' }),
        running.share(bob, id, ann.subject),
      ];
      for (const outcome of await Promise.allSettled(race)) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ reason: 'SUBJECT_ERASED' });
      }
      expect(await traces(ann.subject)).toEqual([]);
    }
  });

  it.each([
    ['met before', true],
    ['never met', false],
  ])('turns away what waited for the erasure of a subject %s', async (_case, met) => {
    const [ann, bob] = [running.user(), running.user()];
    if (met) await running.create(ann, { title: 'met' });
    const { id } = await running.create(bob, { title: 'shared' });
    const { race } = await running.database.sql.begin(async (tx) => {
      await tx`
        insert into subject (id, erase_time) values (${ann.subject}, now())
        on conflict (id) do update set erase_time = excluded.erase_time`;
      const late = [running.create(ann, { title: 'late' }), running.share(bob, id, ann.subject)];
      const race = Promise.allSettled<unknown>(late);
      await running.waiting(2);
      return { race };
    });
    for (const outcome of await race) expect(outcome).toMatchObject({ reason: { reason: 'SUBJECT_ERASED' } });
  });

  it('waits for what is being added', async () => {
    const ann = running.user();
    await running.create(ann, { title: 'met' });
    const { erased } = await running.database.sql.begin(async (tx) => {
      await tx`select from subject where id = ${ann.subject} for share`;
      const erased = running.erase(running.auth, ann.subject);
      await running.waiting(1);
      await tx`
        insert into resource (owner, title, content, visibility) values (${ann.subject}, 'early', '', 'private')`;
      return { erased };
    });
    await erased;
    expect(await traces(ann.subject)).toEqual([]);
  });

  it.each([
    [
      'a user with every permission',
      () => running.user(['resources:erase', ...ALL_BUT_ADMIN]),
      'CALLER_NOT_ADMITTED',
    ],
    [
      'a service without the permission',
      () => ({ subject: 'auth', accessToken: running.issuer.serviceToken('auth', 'resources') }),
      'PERMISSION_MISSING',
    ],
  ])('refuses %s', async (_case, caller, reason) => {
    const ann = running.user();
    await running.create(ann, { title: 'kept' });
    await expect(running.erase(caller(), ann.subject)).rejects.toMatchObject({ code: 7, reason });
    expect(await traces(ann.subject)).toHaveLength(1);
  });
});
