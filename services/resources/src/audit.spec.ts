import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AppError } from '@gatehouse/errors';
import { eventually } from '@gatehouse/testing';
import { runningResources, type RunningResources } from './spec/running-resources.js';

let running: RunningResources;
beforeAll(async () => {
  running = await runningResources();
});
afterAll(() => running.close());

const refused = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'OK',
    (error: AppError) => error.reason,
  );

/** Resolves once auth has exactly these events of an actor, in any order. */
const arrived = (actor: string, ...expected: [action: string, target: string, outcome: string][]) =>
  eventually(() => {
    const events = running.audit.events.filter((event) => event.actor === actor);
    expect(events.map(({ action, target, outcome }) => [action, target, outcome]).sort()).toEqual(
      expected.sort(),
    );
  }, 20_000);

describe('what is done to resources', () => {
  it('reaches the audit trail once, with its outcome', async () => {
    const [ann, bob] = [running.user(), running.user()];
    const { id } = await running.create(ann, { title: 'Plan', content: 'secret plan' });
    await running.update(ann, { id, title: 'Better plan' });
    await running.share(ann, id, bob.subject);
    await running.unshare(ann, id, bob.subject);
    await running.delete(ann, id);
    await arrived(
      ann.subject,
      ['CreateResource', id, 'OK'],
      ['UpdateResource', id, 'OK'],
      ['ShareResource', id, 'OK'],
      ['UnshareResource', id, 'OK'],
      ['DeleteResource', id, 'OK'],
    );
    for (const event of running.audit.events) expect(Object.values(event).join()).not.toContain('plan');
  });

  it('says for which client a gateway called', async () => {
    const ann = running.user();
    const { id } = await running.create({ ...ann, clientAddress: '192.0.2.7' }, { title: 'Plan' });
    await arrived(ann.subject, ['CreateResource', id, 'OK']);
    expect(running.audit.events.find(({ actor }) => actor === ann.subject)?.address).toBe('192.0.2.7');
  });

  it('has every decided refusal in it', async () => {
    const [ann, bob] = [running.user(), running.user()];
    const { id } = await running.create(ann, { title: 'Plan' });
    await running.share(ann, id, bob.subject);
    const unknown = randomUUID();
    expect(await refused(running.update(bob, { id, title: 'Mine' }))).toBe('RESOURCE_NOT_EDITABLE');
    expect(await refused(running.delete(bob, id))).toBe('RESOURCE_NOT_OWNED');
    expect(await refused(running.share(bob, id, randomUUID()))).toBe('RESOURCE_NOT_OWNED');
    expect(await refused(running.unshare(bob, unknown, ann.subject))).toBe('RESOURCE_UNKNOWN');
    expect(await refused(running.delete(bob, unknown))).toBe('RESOURCE_UNKNOWN');
    await arrived(
      bob.subject,
      ['UpdateResource', id, 'RESOURCE_NOT_EDITABLE'],
      ['DeleteResource', id, 'RESOURCE_NOT_OWNED'],
      ['ShareResource', id, 'RESOURCE_NOT_OWNED'],
      ['UnshareResource', unknown, 'RESOURCE_UNKNOWN'],
      ['DeleteResource', unknown, 'RESOURCE_UNKNOWN'],
    );
    expect(await refused(running.update(ann, { id, title: 'x', etag: 'x' }))).toBe('ETAG_MISMATCH');
    expect(await refused(running.update(ann, { id, title: ' ' }))).toBe('FIELD_INVALID');
    await arrived(
      ann.subject,
      ['CreateResource', id, 'OK'],
      ['ShareResource', id, 'OK'],
      ['UpdateResource', id, 'ETAG_MISMATCH'],
    );
  });

  it('tells a request that is repeated from one that is another', async () => {
    const ann = running.user();
    const requestId = randomUUID();
    const { id } = await running.create(ann, { title: 'Plan' }, requestId);
    await running.create(ann, { title: 'Plan' }, requestId);
    expect(await refused(running.create(ann, { title: 'Other' }, requestId))).toBe('REQUEST_ID_REUSED');
    await arrived(
      ann.subject,
      ['CreateResource', id, 'OK'],
      ['CreateResource', id, 'OK'],
      ['CreateResource', '', 'REQUEST_ID_REUSED'],
    );
  });

  it('has an erasure in it when that is complete', async () => {
    const ann = running.user();
    await running.create(ann, { title: 'Plan' });
    await running.erase(running.auth, ann.subject);
    await arrived('auth', ['EraseSubject', ann.subject, 'OK']);
    expect(await refused(running.create(ann, { title: 'Late' }))).toBe('SUBJECT_ERASED');
  });

  it('has what the guard refuses in it, once however often', async () => {
    const ann = running.user(['resources:read']);
    const id = randomUUID();
    for (let n = 0; n < 20; n++) expect(await refused(running.delete(ann, id))).toBe('PERMISSION_MISSING');
    expect(await refused(running.listShares(ann, id))).toBe('RESOURCE_UNKNOWN'); // reading is not audited
    await arrived(ann.subject, ['DeleteResource', '', 'PERMISSION_MISSING']);
  });

  it('goes on while auth is away, and arrives afterwards, once each', async () => {
    const ann = running.user();
    running.audit.isAway = true;
    const made = [];
    for (let n = 0; n < 120; n++) made.push((await running.create(ann, { title: `Plan ${n}` })).id);
    await eventually(async () => {
      const tried = await running.database.sql`select from outbox where attempts > 0`;
      expect(tried.length).toBeGreaterThan(0);
    });
    running.audit.isAway = false;
    await arrived(ann.subject, ...made.map((id): [string, string, string] => ['CreateResource', id, 'OK']));
  }, 60_000);

  it('is recorded in its own transaction or not at all', async () => {
    const ann = running.user();
    const { id } = await running.create(ann, { title: 'Plan' });
    await arrived(ann.subject, ['CreateResource', id, 'OK']);
    const { sql } = running.database;
    await sql`alter table outbox add constraint closed check (topic = '') not valid`;
    expect(await refused(running.delete(ann, id))).toBe('INTERNAL');
    await sql`alter table outbox drop constraint closed`;
    expect((await running.get(ann, id)).title).toBe('Plan');
    await arrived(ann.subject, ['CreateResource', id, 'OK']);
  });
});
