import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runningResources, type RunningResources } from '../spec/running-resources.js';

let running: RunningResources;
beforeAll(async () => {
  running = await runningResources();
});
afterAll(() => running.close());

describe('GetResource', () => {
  it('takes an id in any case', async () => {
    const ann = running.user();
    const made = await running.create(ann, { title: 'Plan' });
    expect(await running.get(ann, made.id.toUpperCase())).toEqual(made);
  });

  it.each(['', 'x', "' or true --", 'g'.repeat(36)])('refuses an id that is none: %j', async (id) => {
    await expect(running.get(running.user(), id)).rejects.toMatchObject({ code: 3, reason: 'FIELD_INVALID' });
  });

  it('turns away a subject that no row can have', async () => {
    const odd = running.user(['resources:read'], "alice|'--".replaceAll("'", ''));
    const { id } = await running.create(running.user(), { title: 'Plan' });
    await expect(running.get(odd, id)).rejects.toMatchObject({ code: 7, reason: 'CALLER_NOT_ADMITTED' });
  });

  it('shows nothing of a share that has ended, a hundred times over', async () => {
    const [ann, bob] = [running.user(), running.user()];
    const { id } = await running.create(ann, { title: 'Plan' });
    for (let round = 0; round < 100; round++) {
      await running.share(ann, id, bob.subject);
      const ended = running.unshare(ann, id, bob.subject);
      const early = Promise.allSettled([running.get(bob, id), running.get(bob, id), running.get(bob, id)]);
      await ended;
      const late = [running.get(bob, id), running.update(bob, { id, title: 'Mine' })];
      for (const outcome of await Promise.allSettled(late)) {
        expect(outcome).toMatchObject({
          status: 'rejected',
          reason: { code: 5, reason: 'RESOURCE_UNKNOWN' },
        });
      }
      // What ran at the same time saw it shared or not shared, and nothing in between.
      for (const outcome of await early) {
        if (outcome.status === 'fulfilled') expect(outcome.value).toMatchObject({ id, title: 'Plan' });
        else expect(outcome.reason).toMatchObject({ code: 5, reason: 'RESOURCE_UNKNOWN' });
      }
    }
  });
});
