import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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

describe('DeleteResource', () => {
  it('deletes for good, with the shares', async () => {
    const { ann, before } = await made();
    const bob = running.user();
    await running.share(ann, before.id, bob.subject);
    await running.delete(ann, before.id, before.etag);
    for (const caller of [ann, bob]) {
      await expect(running.get(caller, before.id)).rejects.toMatchObject({
        code: 5,
        reason: 'RESOURCE_UNKNOWN',
      });
    }
    await expect(running.delete(ann, before.id)).rejects.toMatchObject({
      code: 5,
      reason: 'RESOURCE_UNKNOWN',
    });
    const [left] = await running.database.sql`select from share where resource_id = ${before.id}`;
    expect(left).toBeUndefined();
  });

  it('refuses an etag that is not the current one', async () => {
    const { ann, before } = await made();
    const after = await running.update(ann, { id: before.id, title: 'New' });
    const refusal = { code: 10, reason: 'ETAG_MISMATCH' };
    await expect(running.delete(ann, before.id, before.etag)).rejects.toMatchObject(refusal);
    await running.delete(ann, before.id, after.etag);
  });

  it('happens once when many ask at the same time', async () => {
    const { ann, before } = await made();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => running.delete(ann, before.id)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = outcomes
      .filter((outcome) => outcome.status === 'rejected')
      .map(({ reason }) => reason as object);
    for (const error of refused) expect(error).toMatchObject({ code: 5, reason: 'RESOURCE_UNKNOWN' });
  });

  it.each(['', 'x', "' or true --"])('refuses an id that is none: %j', async (id) => {
    await expect(running.delete(running.user(), id)).rejects.toMatchObject({
      code: 3,
      reason: 'FIELD_INVALID',
    });
  });
});
