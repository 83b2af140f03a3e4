import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ShareRole,
  Visibility,
  type ListResourcesRequest,
  type Resource,
} from '@gatehouse/contracts/resources';
import { randomUUID } from 'node:crypto';
import {
  ALL_BUT_ADMIN,
  runningResources,
  type Caller,
  type RunningResources,
} from '../spec/running-resources.js';

let running: RunningResources;
let ann: Caller;
let bob: Caller;
beforeAll(async () => {
  running = await runningResources();
});
beforeEach(async () => {
  await running.database.sql`delete from resource`;
  [ann, bob] = [running.user(), running.user()];
});
afterAll(() => running.close());

const admin = () => running.user([...ALL_BUT_ADMIN, 'resources:admin']);
const titles = (resources: readonly Resource[]) => resources.map(({ title }) => title);
const filtered = (fields: object) => ({
  filter: { owner: '', visibility: Visibility.UNSPECIFIED, title: '', sharedWithMe: false, ...fields },
});

async function listAll(caller: Caller, request: Partial<ListResourcesRequest>, between = async () => {}) {
  const found: Resource[] = [];
  for (let pageToken = ''; ;) {
    const page = await running.list(caller, { ...request, pageToken });
    found.push(...page.resources);
    if (page.nextPageToken === '') return found;
    pageToken = page.nextPageToken;
    await between();
  }
}

/** Rows straight into the database: many, and made at the same moment. */
async function fill(owner: string, count: number, visibility = 'private'): Promise<void> {
  const { sql } = running.database;
  await sql`insert into subject (id) values (${owner}) on conflict do nothing`;
  await sql`
    insert into resource (owner, title, content, visibility, create_time, update_time)
    select ${owner}, 'Item ' || i % 5, '', ${visibility}, now(), now() from generate_series(1, ${count}::int) i`;
}

describe('ListResources', () => {
  it('lists what the caller owns, may see and was given, each once', async () => {
    const own = await running.create(ann, { title: 'own', visibility: Visibility.INTERNAL });
    const given = await running.create(bob, { title: 'given' });
    await running.share(bob, given.id, ann.subject);
    const both = await running.create(bob, { title: 'both', visibility: Visibility.INTERNAL });
    await running.share(bob, both.id, ann.subject);
    await running.create(bob, { title: 'hidden' });
    const { resources, nextPageToken } = await running.list(ann);
    expect(titles(resources)).toEqual(['both', 'given', 'own']);
    expect(resources[2]).toEqual(own);
    expect(nextPageToken).toBe('');
    expect(titles((await running.list(admin())).resources)).toEqual(['hidden', 'both', 'given', 'own']);
    expect(titles((await running.list(running.user())).resources)).toEqual(['both', 'own']);
  });

  it.each(['create_time', 'create_time desc', 'update_time', 'update_time desc', 'title', 'title desc', ''])(
    'gives every row once in the order %j, also of equals',
    async (orderBy) => {
      await fill(ann.subject, 17);
      await fill(bob.subject, 17, 'internal');
      await fill(bob.subject, 5);
      for (const [caller, count] of [[ann, 34] as const, [admin(), 39] as const]) {
        const paged = await listAll(caller, { pageSize: 4, orderBy });
        expect(new Set(paged.map(({ id }) => id)).size).toBe(count);
        expect(paged).toHaveLength(count);
        expect((await running.list(caller, { pageSize: 200, orderBy })).resources).toEqual(paged);
      }
    },
  );

  it('orders titles in any case, and times as they are shown', async () => {
    for (const title of ['b', 'A', 'a', 'C']) await running.create(ann, { title });
    const byTitle = titles((await running.list(ann, { orderBy: 'title' })).resources);
    expect(byTitle.map((title) => title.toLowerCase())).toEqual(['a', 'a', 'b', 'c']);
    const first = (await running.list(ann, { orderBy: 'create_time' })).resources[0]!;
    await running.update(ann, { id: first.id, content: 'changed' });
    expect((await running.list(ann, { orderBy: 'update_time desc' })).resources[0]!.id).toBe(first.id);
  });

  it('finds every row once while others are made and deleted', async () => {
    await fill(ann.subject, 40);
    const there = (await running.list(ann, { pageSize: 200 })).resources.map(({ id }) => id);
    const between = async () => {
      await running.create(ann, { title: 'Item 0' });
      const late = await running.create(ann, { title: 'zzz' });
      await running.delete(ann, late.id);
    };
    for (const orderBy of ['create_time desc', 'create_time', 'title']) {
      const found = (await listAll(ann, { pageSize: 7, orderBy }, between)).map(({ id }) => id);
      expect(new Set(found).size).toBe(found.length);
      expect(found).toEqual(expect.arrayContaining(there));
    }
  });

  it('filters by owner, visibility, title and share, all at once', async () => {
    await running.create(ann, { title: 'Plan A' });
    await running.create(ann, { title: 'plan b', visibility: Visibility.INTERNAL });
    const given = await running.create(bob, { title: 'Plan C' });
    await running.share(bob, given.id, ann.subject, ShareRole.EDITOR);
    await running.create(bob, { title: 'Plan D', visibility: Visibility.INTERNAL });
    await running.create(bob, { title: 'Plan E' });
    const found = async (fields: object, caller = ann) =>
      titles((await running.list(caller, { ...filtered(fields), orderBy: 'title' })).resources);
    expect(await found({ owner: ann.subject })).toEqual(['Plan A', 'plan b']);
    expect(await found({ owner: bob.subject.toUpperCase() })).toEqual(['Plan C', 'Plan D']);
    expect(await found({ visibility: Visibility.INTERNAL })).toEqual(['plan b', 'Plan D']);
    expect(await found({ visibility: Visibility.PRIVATE, owner: bob.subject })).toEqual(['Plan C']);
    expect(await found({ title: 'LAN B' })).toEqual(['plan b']);
    expect(await found({ sharedWithMe: true })).toEqual(['Plan C']);
    expect(await found({ sharedWithMe: true, title: 'd' })).toEqual([]);
    expect(await found({ sharedWithMe: true }, admin())).toEqual([]);
    expect(await found({ owner: randomUUID() })).toEqual([]);
  });

  it('takes wildcards and quotes for what they are', async () => {
    for (const title of ['100%', '100 percent', 'a_b', 'axb', 'back\\slash', "O'Neil"])
      await running.create(ann, { title });
    const found = async (title: string) => titles((await running.list(ann, filtered({ title }))).resources);
    expect(await found('%')).toEqual(['100%']);
    expect(await found('a_b')).toEqual(['a_b']);
    expect(await found('\\')).toEqual(['back\\slash']);
    expect(await found("o'n")).toEqual(["O'Neil"]);
    expect(await found("' or '1'='1")).toEqual([]);
  });

  it('refuses a page token of another filter, order or caller, and one that was changed', async () => {
    await fill(ann.subject, 3, 'internal');
    const { nextPageToken: pageToken } = await running.list(ann, { pageSize: 1, orderBy: 'title' });
    expect((await running.list(ann, { pageSize: 2, orderBy: 'title', pageToken })).resources).toHaveLength(2);
    const refusal = { code: 3, reason: 'PAGE_TOKEN_INVALID' };
    const misused: [Caller, Partial<ListResourcesRequest>][] = [
      [ann, { orderBy: 'title desc', pageToken }],
      [ann, { pageToken }],
      [ann, { orderBy: 'title', ...filtered({ title: 'Item' }), pageToken }],
      [ann, { orderBy: 'title', ...filtered({ sharedWithMe: true }), pageToken }],
      [bob, { orderBy: 'title', pageToken }],
      [running.user([...ALL_BUT_ADMIN, 'resources:admin'], ann.subject), { orderBy: 'title', pageToken }],
      [ann, { orderBy: 'title', pageToken: `B${pageToken.slice(1)}` }],
      [ann, { orderBy: 'title', pageToken: pageToken.slice(0, -4) }],
      [ann, { orderBy: 'title', pageToken: "' or 1=1 --" }],
    ];
    for (const [caller, request] of misused)
      await expect(running.list(caller, request)).rejects.toMatchObject(refusal);
  });

  it.each([
    ['an order that is none', { orderBy: 'owner' }],
    ['SQL for an order', { orderBy: 'title; drop table resource' }],
    ['a negative page size', { pageSize: -1 }],
    ['an owner that is none', filtered({ owner: "' or true" })],
    ['a NUL in the filter', filtered({ title: '\0' })],
    ['a visibility that is none', filtered({ visibility: 9 })],
  ])('refuses %s', async (_case, request) => {
    await expect(running.list(ann, request)).rejects.toMatchObject({ code: 3, reason: 'FIELD_INVALID' });
  });

  it('gives 50 unless told and 200 at most', async () => {
    await fill(ann.subject, 210);
    expect((await running.list(ann)).resources).toHaveLength(50);
    expect((await running.list(ann, { pageSize: 5_000 })).resources).toHaveLength(200);
  });

  it('cuts a page short before it is too large for a message', async () => {
    const content = '\u{1F600}'.repeat(65_536);
    for (let i = 0; i < 20; i++) await running.create(ann, { title: '\u{1F600}'.repeat(200), content });
    const first = await running.list(ann, { pageSize: 200, orderBy: 'title' });
    expect(first.resources).toHaveLength(8); // of 256 KiB each, 2 MiB a page
    const all = await listAll(ann, { pageSize: 200, orderBy: 'title' });
    expect(new Set(all.map(({ id }) => id)).size).toBe(20);
  });
});
