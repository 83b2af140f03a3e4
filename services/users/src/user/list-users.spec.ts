import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runningUsers, type Caller, type RunningUsers } from '../spec/running-users.js';

let running: RunningUsers;
let reader: Caller;
beforeAll(async () => {
  running = await runningUsers();
  reader = running.user();
});
beforeEach(async () => {
  await running.database.sql`delete from person`;
});
afterAll(() => running.close());

const list = (request: { pageSize?: number; pageToken?: string; query?: string }, caller = reader) =>
  running.call(running.listUsers, { pageSize: 0, pageToken: '', query: '', ...request }, caller);

async function listAll(
  request: { pageSize: number; query?: string },
  caller = reader,
  between = async () => {},
) {
  const users = [];
  for (let pageToken = ''; ;) {
    const page = await list({ ...request, pageToken }, caller);
    users.push(...page.users);
    if (page.nextPageToken === '') return users;
    expect(page.users.length).toBeLessThanOrEqual(request.pageSize);
    pageToken = page.nextPageToken;
    await between();
  }
}

const names = (users: readonly { displayName: string }[]) => users.map(({ displayName }) => displayName);

describe('ListUsers', () => {
  it('lists by name in any case, a page at a time', async () => {
    for (const name of ['bob', 'Ann', 'Çelik', 'ann', 'Zoë', 'Bob']) await running.person(name);
    const found = names(await listAll({ pageSize: 2 }));
    expect(found.map((name) => name.toLowerCase())).toEqual(['ann', 'ann', 'bob', 'bob', 'zoë', 'çelik']);
  });

  it('finds everyone once while others join and leave', async () => {
    const there = new Set<string>();
    for (let i = 0; i < 40; i++) there.add((await running.person(`Person ${i % 7}`)).subject);
    const between = async () => {
      await running.person('Aaron');
      const late = await running.person('Person 3');
      await running.call(running.eraseUser, { id: late.subject }, running.auths);
    };
    const found = (await listAll({ pageSize: 3 }, reader, between)).map(({ id }) => id);
    expect(new Set(found).size).toBe(found.length);
    expect(found).toEqual(expect.arrayContaining([...there]));
  });

  it('lists nobody who was erased', async () => {
    const [ann, bob] = [await running.person('Ann'), await running.person('Bob')];
    await running.call(running.eraseUser, { id: ann.subject }, running.auths);
    expect((await list({}, running.user('users:admin'))).users.map(({ id }) => id)).toEqual([bob.subject]);
  });

  it('pages through the longest of names', async () => {
    for (let i = 0; i < 3; i++) await running.person('\u{1F600}'.repeat(99) + i);
    expect(await listAll({ pageSize: 1 })).toHaveLength(3);
  });

  it('gives 50 unless told, 200 at most and never a negative number', async () => {
    await running.database.sql`
      insert into person (id, email, display_name, create_time)
      select gen_random_uuid(), '', 'Person', now() from generate_series(1, 210)`;
    expect((await list({})).users).toHaveLength(50);
    expect((await list({ pageSize: 1_000 })).users).toHaveLength(200);
    await expect(list({ pageSize: -1 })).rejects.toMatchObject({ code: 3, reason: 'FIELD_INVALID' });
  });

  it('searches inside names, in any case', async () => {
    for (const name of ['Ann Lee', 'Joanna', 'Bob', 'ÅSA']) await running.person(name);
    expect(names((await list({ query: 'ANN' })).users)).toEqual(['Ann Lee', 'Joanna']);
    expect(names((await list({ query: 'å' })).users)).toEqual(['ÅSA']);
  });

  it('takes wildcards and quotes for what they are', async () => {
    for (const name of ['100%', '100 percent', 'a_b', 'axb', 'back\\slash', "O'Neil"])
      await running.person(name);
    const found = async (query: string) => names((await list({ query })).users);
    expect(await found('0%')).toEqual(['100%']);
    expect(await found('a_b')).toEqual(['a_b']);
    expect(await found('\\')).toEqual(['back\\slash']);
    expect(await found("o'n")).toEqual(["O'Neil"]);
    expect(await found("' or '1'='1")).toEqual([]);
    expect(await found('%')).toEqual(['100%']);
  });

  it('searches addresses for admins alone, and shows them to them alone', async () => {
    const ann = await running.person('Ann');
    const query = ann.email.slice(0, 20).toUpperCase();
    expect((await list({ query })).users).toEqual([]);
    expect((await list({ query }, ann)).users).toEqual([]);
    expect((await list({ query }, running.user('users:admin'))).users).toMatchObject([{ email: ann.email }]);
    expect((await list({})).users).toMatchObject([{ email: '' }]);
    expect((await list({}, ann)).users).toMatchObject([{ email: ann.email }]);
  });

  it('refuses a page token that was changed or belongs to another list', async () => {
    for (const name of ['Ann', 'Anna', 'Bob']) await running.person(name);
    const { nextPageToken } = await list({ pageSize: 1, query: 'ann' });
    const refusal = { code: 3, reason: 'PAGE_TOKEN_INVALID' };
    expect(names((await list({ query: 'ann', pageToken: nextPageToken })).users)).toEqual(['Anna']);
    await expect(list({ query: 'bob', pageToken: nextPageToken })).rejects.toMatchObject(refusal);
    await expect(list({ pageToken: nextPageToken })).rejects.toMatchObject(refusal);
    const admin = running.user('users:admin');
    await expect(list({ query: 'ann', pageToken: nextPageToken }, admin)).rejects.toMatchObject(refusal);
    for (const forged of [`B${nextPageToken.slice(1)}`, nextPageToken.slice(0, -4), 'x', "' or 1=1"]) {
      await expect(list({ query: 'ann', pageToken: forged })).rejects.toMatchObject(refusal);
    }
  });

  it('finds a part of a name through an index', async () => {
    const { sql } = running.database;
    await sql`
      insert into person (id, email, display_name, create_time)
      select gen_random_uuid(), '', md5(i::text), now() from generate_series(1, 5000) i`;
    await sql`vacuum analyze person`;
    const plan = await sql.begin(async (tx) => {
      await tx`set local enable_seqscan = off`; // a table of this size would be read as a whole
      return tx`
        explain select id from person p
        where p.erase_time is null and lower(p.display_name) like lower('%c4ca4238%')
        order by lower(p.display_name) collate "C", p.id limit 51`;
    });
    expect(JSON.stringify(plan)).toContain('person_display_name_search');
  });
});
