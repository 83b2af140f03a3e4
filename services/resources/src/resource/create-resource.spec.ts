import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Visibility } from '@gatehouse/contracts/resources';
import { randomUUID } from 'node:crypto';
import { runningResources, type RunningResources } from '../spec/running-resources.js';

let running: RunningResources;
beforeAll(async () => {
  running = await runningResources();
});
afterAll(() => running.close());

const countOf = async (owner: string) => {
  const [row] = await running.database.sql`select count(*)::int as n from resource where owner = ${owner}`;
  return row!['n'] as number;
};

describe('CreateResource', () => {
  it('makes a resource of the caller, private unless told', async () => {
    const ann = running.user();
    const made = await running.create(ann, { title: 'Plan', content: 'Do it' });
    expect(made).toMatchObject({
      owner: ann.subject,
      title: 'Plan',
      content: 'Do it',
      visibility: Visibility.PRIVATE,
    });
    expect(made.createTime!.getTime()).toBeLessThanOrEqual(made.updateTime!.getTime());
    expect(await running.get(ann, made.id)).toEqual(made);
  });

  it('ignores what only the service sets', async () => {
    const [ann, bob] = [running.user(), running.user()];
    const id = randomUUID();
    const past = new Date(0);
    const forged = { id, owner: bob.subject, etag: 'zz', createTime: past, updateTime: past };
    const made = await running.create(ann, { ...forged, title: 'Plan' });
    expect(made.owner).toBe(ann.subject);
    expect(made.id).not.toBe(id);
    expect(made.etag).not.toBe('zz');
    expect(made.createTime).not.toEqual(past);
    expect(made.updateTime).not.toEqual(past);
  });

  it.each([
    ['no title', {}, 'resource.title'],
    ['a blank title', { title: ' \n ' }, 'resource.title'],
    ['a title that is too long', { title: 'x'.repeat(201) }, 'resource.title'],
    ['a NUL in the title', { title: 'a\0b' }, 'resource.title'],
    ['a NUL in the content', { title: 'a', content: '\0' }, 'resource.content'],
    ['content that is too long', { title: 'a', content: 'x'.repeat(65_537) }, 'resource.content'],
    ['a visibility that is none', { title: 'a', visibility: 7 as Visibility }, 'resource.visibility'],
  ])('refuses %s', async (_case, fields, field) => {
    const ann = running.user();
    const violations = [expect.objectContaining({ field })];
    const refusal = { code: 3, reason: 'FIELD_INVALID', violations };
    await expect(running.create(ann, fields)).rejects.toMatchObject(refusal);
    expect(await countOf(ann.subject)).toBe(0);
  });

  it('stores texts as they are, up to the longest', async () => {
    const ann = running.user();
    const texts = [
      "'; drop table resource; --",
      '${1}',
      '$1',
      '\\',
      '%_',
      '\u{1F600}'.repeat(200),
      '{"a":[1]}',
      "$$;'",
    ];
    for (const text of texts) {
      expect(await running.create(ann, { title: text, content: text })).toMatchObject({
        title: text,
        content: text,
      });
    }
    const content = '\u{1F600}'.repeat(65_536);
    expect((await running.create(ann, { title: 'long', content })).content).toBe(content);
  });
});

describe('request_id', () => {
  it('makes one resource of 50 requests at the same time', async () => {
    const ann = running.user();
    const requestId = randomUUID();
    const fields = { title: 'Once', content: 'only' };
    const made = await Promise.all(Array.from({ length: 50 }, () => running.create(ann, fields, requestId)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(new Set(made.map(({ etag }) => etag)).size).toBe(1);
    expect(await countOf(ann.subject)).toBe(1);
  });

  it('returns the resource as it is now', async () => {
    const ann = running.user();
    const requestId = randomUUID();
    const { id } = await running.create(ann, { title: 'Before' }, requestId);
    const changed = await running.update(ann, { id, title: 'After' });
    expect(await running.create(ann, { title: 'Before' }, requestId.toUpperCase())).toEqual(changed);
  });

  it.each([
    ['title', { title: 'Other', content: 'same' }],
    ['content', { title: 'Same', content: 'other' }],
    ['visibility', { title: 'Same', content: 'same', visibility: Visibility.INTERNAL }],
  ])('refuses the same id with another %s', async (_field, other) => {
    const ann = running.user();
    const requestId = randomUUID();
    const made = await running.create(ann, { title: 'Same', content: 'same' }, requestId);
    const refusal = { code: 6, reason: 'REQUEST_ID_REUSED' };
    await expect(running.create(ann, other, requestId)).rejects.toMatchObject(refusal);
    expect(await running.get(ann, made.id)).toEqual(made);
    expect(await countOf(ann.subject)).toBe(1);
  });

  it('belongs to its caller', async () => {
    const requestId = randomUUID();
    const [ann, bob] = [running.user(), running.user()];
    const first = await running.create(ann, { title: 'Same' }, requestId);
    const second = await running.create(bob, { title: 'Same' }, requestId);
    expect(second).toMatchObject({ owner: bob.subject });
    expect(second.id).not.toBe(first.id);
  });

  it('makes a new resource when the first is deleted', async () => {
    const ann = running.user();
    const requestId = randomUUID();
    const first = await running.create(ann, { title: 'Again' }, requestId);
    await running.delete(ann, first.id);
    expect((await running.create(ann, { title: 'Again' }, requestId)).id).not.toBe(first.id);
  });

  it('is a UUID', async () => {
    const refusal = { code: 3, reason: 'FIELD_INVALID' };
    await expect(running.create(running.user(), { title: 'a' }, 'once')).rejects.toMatchObject(refusal);
  });
});
