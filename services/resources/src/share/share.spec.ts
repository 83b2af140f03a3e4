import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ShareRole } from '@gatehouse/contracts/resources';
import { randomUUID } from 'node:crypto';
import {
  ALL_BUT_ADMIN,
  runningResources,
  type Caller,
  type RunningResources,
} from '../spec/running-resources.js';

let running: RunningResources;
let ann: Caller;
let id: string;
beforeAll(async () => {
  running = await runningResources();
});
beforeEach(async () => {
  ann = running.user();
  ({ id } = await running.create(ann, { title: 'Plan' }));
});
afterAll(() => running.close());

const sharesOf = async () => (await running.listShares(ann, id)).shares;

describe('ShareResource', () => {
  it('gives a subject a part, and changes it', async () => {
    const bob = running.user();
    const first = await running.share(ann, id, bob.subject.toUpperCase());
    expect(first).toMatchObject({ subject: bob.subject, role: ShareRole.VIEWER });
    const changed = await running.share(ann, id, bob.subject, ShareRole.EDITOR);
    expect(changed).toEqual({ ...first, role: ShareRole.EDITOR });
    expect(await sharesOf()).toEqual([changed]);
    await running.update(bob, { id, title: 'Ours' });
    await running.share(ann, id, bob.subject, ShareRole.VIEWER);
    const refusal = { code: 7, reason: 'RESOURCE_NOT_EDITABLE' };
    await expect(running.update(bob, { id, title: 'Mine' })).rejects.toMatchObject(refusal);
  });

  it('gives one part of many requests at the same time', async () => {
    const bob = running.user();
    await Promise.all(Array.from({ length: 20 }, () => running.share(ann, id, bob.subject)));
    expect(await sharesOf()).toHaveLength(1);
  });

  it('refuses to share with the owner, whoever asks', async () => {
    const refusal = {
      code: 3,
      reason: 'FIELD_INVALID',
      violations: [expect.objectContaining({ field: 'subject' })],
    };
    const admin = running.user([...ALL_BUT_ADMIN, 'resources:admin']);
    for (const caller of [ann, admin]) {
      await expect(running.share(caller, id, ann.subject)).rejects.toMatchObject(refusal);
    }
    expect(await sharesOf()).toEqual([]);
  });

  it.each([
    ['a resource that is none', 'x', randomUUID(), ShareRole.VIEWER],
    ['a subject that is none', randomUUID(), "' or true", ShareRole.VIEWER],
    ['no role', randomUUID(), randomUUID(), ShareRole.UNSPECIFIED],
    ['a role that is none', randomUUID(), randomUUID(), 9 as ShareRole],
  ])('refuses %s', async (_case, resourceId, subject, role) => {
    const refused = running.share(ann, resourceId, subject, role);
    await expect(refused).rejects.toMatchObject({ code: 3, reason: 'FIELD_INVALID' });
  });

  it('shares a resource with a thousand subjects and no more', async () => {
    const { sql } = running.database;
    await sql`
      with many as (insert into subject select gen_random_uuid() from generate_series(1, 999) returning id)
      insert into share (resource_id, subject, role) select ${id}, many.id, 'viewer' from many`;
    const [last, another] = [randomUUID(), randomUUID()];
    await running.share(ann, id, last);
    const refusal = { code: 8, reason: 'SHARE_LIMIT' };
    await expect(running.share(ann, id, another)).rejects.toMatchObject(refusal);
    expect(await running.share(ann, id, last, ShareRole.EDITOR)).toMatchObject({ role: ShareRole.EDITOR });
    await running.unshare(ann, id, last);
    await running.share(ann, id, another);
  });

  it('knows no resource that is deleted while it is being shared', async () => {
    const { outcome } = await running.database.sql.begin(async (tx) => {
      await tx`delete from resource where id = ${id}`;
      const outcome = Promise.allSettled([running.share(ann, id, randomUUID())]);
      await running.waiting(1);
      return { outcome };
    });
    expect(await outcome).toMatchObject([{ reason: { code: 5, reason: 'RESOURCE_UNKNOWN' } }]);
  });

  it('leaves nothing behind when the resource is deleted at the same time', async () => {
    for (let round = 0; round < 20; round++) {
      const { id: doomed } = await running.create(ann, { title: 'Doomed' });
      const gone = { code: 5, reason: 'RESOURCE_UNKNOWN' };
      const give = () => running.share(ann, doomed, randomUUID());
      const race = Promise.allSettled([give(), give(), give()]);
      await running.delete(ann, doomed);
      for (const outcome of await race) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(gone);
      }
      expect(await running.database.sql`select from share where resource_id = ${doomed}`).toHaveLength(0);
    }
  });
});

describe('UnshareResource', () => {
  it('ends a share, and again', async () => {
    const bob = running.user();
    await running.share(ann, id, bob.subject);
    await running.unshare(ann, id, bob.subject);
    await running.unshare(ann, id, bob.subject);
    expect(await sharesOf()).toEqual([]);
    await expect(running.get(bob, id)).rejects.toMatchObject({ code: 5, reason: 'RESOURCE_UNKNOWN' });
  });

  it('ends no other share', async () => {
    const [bob, eve] = [running.user(), running.user()];
    const other = await running.create(ann, { title: 'Other' });
    await running.share(ann, id, bob.subject);
    await running.share(ann, id, eve.subject);
    await running.share(ann, other.id, bob.subject);
    await running.unshare(ann, id, bob.subject);
    expect((await sharesOf()).map(({ subject }) => subject)).toEqual([eve.subject]);
    await running.get(bob, other.id);
  });
});

describe('ListShares', () => {
  it('lists the oldest first, a page at a time', async () => {
    const subjects = Array.from({ length: 11 }, () => randomUUID());
    for (const subject of subjects) await running.share(ann, id, subject);
    await running.database.sql`update share set create_time = date_trunc('hour', create_time)`;
    const found: string[] = [];
    let pageToken = '';
    do {
      const page = await running.listShares(ann, id, { pageSize: 3, pageToken });
      found.push(...page.shares.map(({ subject }) => subject));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(found).toEqual([...subjects].sort());
  });

  it('refuses a page token of another resource or caller', async () => {
    const other = await running.create(ann, { title: 'Other' });
    for (const resourceId of [id, id, other.id, other.id]) await running.share(ann, resourceId, randomUUID());
    const { nextPageToken: pageToken } = await running.listShares(ann, id, { pageSize: 1 });
    const refusal = { code: 3, reason: 'PAGE_TOKEN_INVALID' };
    await expect(running.listShares(ann, other.id, { pageToken })).rejects.toMatchObject(refusal);
    const admin = running.user([...ALL_BUT_ADMIN, 'resources:admin']);
    await expect(running.listShares(admin, id, { pageToken })).rejects.toMatchObject(refusal);
    expect((await running.listShares(ann, id, { pageToken })).shares).toHaveLength(1);
  });
});
