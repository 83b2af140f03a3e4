import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ShareRole, Visibility } from '@gatehouse/contracts/resources';
import { randomUUID } from 'node:crypto';
import { runningResources, type RunningResources } from '../spec/running-resources.js';

let running: RunningResources;
beforeAll(async () => {
  running = await runningResources();
});
afterAll(() => running.close());

async function made() {
  const ann = running.user();
  return { ann, before: await running.create(ann, { title: 'Plan', content: 'Do it' }) };
}

describe('UpdateResource', () => {
  it('changes the fields of the mask and no others', async () => {
    const { ann, before } = await made();
    const after = await running.update(ann, { id: before.id, title: 'New', content: 'ignored' }, ['title']);
    expect(after).toMatchObject({
      id: before.id,
      title: 'New',
      content: 'Do it',
      visibility: Visibility.PRIVATE,
    });
    expect(after.etag).not.toBe(before.etag);
    expect(after.createTime).toEqual(before.createTime);
    expect(after.updateTime!.getTime()).toBeGreaterThanOrEqual(before.updateTime!.getTime());
    expect(await running.get(ann, before.id)).toEqual(after);
  });

  it('changes the fields that are set when there is no mask', async () => {
    const { ann, before } = await made();
    const after = await running.update(ann, { id: before.id, visibility: Visibility.INTERNAL });
    expect(after).toMatchObject({ title: 'Plan', content: 'Do it', visibility: Visibility.INTERNAL });
  });

  it('empties a field that the mask names', async () => {
    const { ann, before } = await made();
    expect(await running.update(ann, { id: before.id }, ['content'])).toMatchObject({
      title: 'Plan',
      content: '',
    });
  });

  it('replaces all for *', async () => {
    const { ann, before } = await made();
    await running.update(ann, { id: before.id, visibility: Visibility.INTERNAL });
    const after = await running.update(ann, { id: before.id, title: 'Whole' }, ['*']);
    expect(after).toMatchObject({ title: 'Whole', content: '', visibility: Visibility.PRIVATE });
  });

  it('keeps the owner and all that only the service sets', async () => {
    const { ann, before } = await made();
    const bob = running.user();
    await running.share(ann, before.id, bob.subject, ShareRole.EDITOR);
    const forged = { owner: bob.subject, createTime: new Date(0), updateTime: new Date(0) };
    const after = await running.update(bob, { id: before.id, ...forged, title: 'Mine now' });
    expect(after).toMatchObject({ owner: ann.subject, createTime: before.createTime });
    expect(after.updateTime).not.toEqual(new Date(0));
  });

  it('takes the visibility that it has from an editor, as one sends who replaces all of it, and no other', async () => {
    const { ann, before } = await made();
    const bob = running.user();
    await running.share(ann, before.id, bob.subject, ShareRole.EDITOR);
    const after = await running.update(bob, { ...before, title: 'By Bob' }, ['*']);
    expect(after).toMatchObject({ title: 'By Bob', visibility: before.visibility });
    const wider = { ...after, visibility: Visibility.INTERNAL, title: 'Seen by all' };
    const refusal = { code: 7, reason: 'RESOURCE_NOT_OWNED' };
    await expect(running.update(bob, wider, ['*'])).rejects.toMatchObject(refusal);
    expect(await running.get(ann, before.id)).toEqual(after);
  });

  it('ignores what only the service sets in a mask, and changes nothing where there is nothing else', async () => {
    const { ann, before } = await made();
    const sent = { ...before, owner: randomUUID(), createTime: new Date(0), title: 'New' };
    expect(await running.update(ann, sent, ['owner', 'create_time'])).toEqual(before);
    const after = await running.update(ann, sent, ['owner', 'title', 'create_time']);
    const { etag, updateTime } = after;
    expect(after).toEqual({ ...before, title: 'New', etag, updateTime });
    expect(etag).not.toBe(before.etag);
    const hidden = running.update(running.user(), sent, ['owner']);
    await expect(hidden).rejects.toMatchObject({ reason: 'RESOURCE_UNKNOWN' });
    await expect(running.update(ann, sent, ['owner'])).rejects.toMatchObject({ reason: 'ETAG_MISMATCH' });
  });

  it.each([
    ['no field in the mask', { title: 'x' }, ['title', 'heading'], 'FIELD_MASK_INVALID'],
    ['the etag in the mask', { title: 'x' }, ['title', 'etag'], 'FIELD_MASK_INVALID'],
    ['nothing to change', { owner: randomUUID() }, undefined, 'FIELD_MASK_INVALID'],
    ['an empty title', {}, ['title'], 'FIELD_INVALID'],
    ['an empty title for *', { content: 'x' }, ['*'], 'FIELD_INVALID'],
    ['a NUL', { content: 'a\0' }, undefined, 'FIELD_INVALID'],
    ['an id that is none', { id: 'x', title: 'x' }, undefined, 'FIELD_INVALID'],
    ['an empty id', { id: '', title: 'x' }, undefined, 'FIELD_INVALID'],
    ['SQL for an id', { id: "' or '1'='1", title: 'x' }, undefined, 'FIELD_INVALID'],
  ])('refuses %s', async (_case, fields, mask, reason) => {
    const { ann, before } = await made();
    const refused = running.update(ann, { id: before.id, ...fields }, mask);
    await expect(refused).rejects.toMatchObject({ code: 3, reason });
    expect(await running.get(ann, before.id)).toEqual(before);
  });

  it('refuses an etag that is not the current one', async () => {
    const { ann, before } = await made();
    const { id, etag } = before;
    await running.update(ann, { id, etag, title: 'First' });
    for (const stale of [etag, 'zzzzzzzzzzzz', "' or '1'='1", '"1"']) {
      const late = running.update(ann, { id, etag: stale, title: 'Second' });
      await expect(late).rejects.toMatchObject({ code: 10, reason: 'ETAG_MISMATCH' });
    }
    expect(await running.get(ann, id)).toMatchObject({ title: 'First' });
  });

  it('does not tell by the etag whether a hidden resource exists', async () => {
    const { before } = await made();
    const refusal = { code: 5, reason: 'RESOURCE_UNKNOWN' };
    for (const etag of [before.etag, 'zz']) {
      const guess = running.update(running.user(), { id: before.id, etag, title: 'x' });
      await expect(guess).rejects.toMatchObject(refusal);
    }
  });

  it('lets one of many updates with the same etag win', async () => {
    const { ann, before } = await made();
    const { id, etag } = before;
    const race = Array.from({ length: 20 }, (_, i) => running.update(ann, { id, etag, title: `Title ${i}` }));
    const outcomes = await Promise.allSettled(race);
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(won).toHaveLength(1);
    expect(await running.get(ann, id)).toEqual(won[0]!.value);
  });

  it('loses none of many updates without an etag', async () => {
    const { ann, before } = await made();
    const race = Array.from({ length: 20 }, (_, i) =>
      running.update(ann, { id: before.id, title: `Title ${i}` }),
    );
    const etags = new Set((await Promise.all(race)).map(({ etag }) => etag));
    expect(etags.size).toBe(20);
  });
});
