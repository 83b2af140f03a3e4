import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@gatehouse/errors';
import { eventually } from '@gatehouse/testing';
import { EMPTY, runningUsers, type Caller, type RunningUsers } from './spec/running-users.js';

let running: RunningUsers;
beforeAll(async () => {
  running = await runningUsers();
});
afterAll(() => running.close());

const update = (caller: Caller, fields: Partial<typeof EMPTY>) =>
  running.call(running.updateProfile, { user: { ...EMPTY, ...fields }, updateMask: undefined }, caller);
const remove = (caller: Caller, id: string) => running.call(running.deleteUser, { id }, caller);
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

describe('what users do', () => {
  it('reaches the audit trail once, with its outcome', async () => {
    const ann = await running.person('Ann');
    const id = ann.subject;
    await update(ann, { bio: 'Hello' });
    expect(await refused(update(ann, { bio: 'Late', etag: 'x' }))).toBe('ETAG_MISMATCH');
    const other = randomUUID();
    expect(await refused(remove(ann, other))).toBe('PERMISSION_MISSING');
    await remove(ann, id);
    expect(await refused(update(ann, { bio: 'Gone' }))).toBe('PROFILE_PENDING');
    await arrived(
      id,
      ['UpdateProfile', id, 'OK'],
      ['UpdateProfile', id, 'ETAG_MISMATCH'],
      ['DeleteUser', other, 'PERMISSION_MISSING'],
      ['DeleteUser', id, 'OK'],
      ['UpdateProfile', id, 'PROFILE_PENDING'],
    );
    const [event] = running.audit.events;
    expect(event).toMatchObject({
      occurTime: expect.any(Date),
      address: '127.0.0.1',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      requestId: expect.stringMatching(/./),
    });
  });

  it('says for which client a gateway called', async () => {
    const ann = await running.person('Ann');
    await update({ ...ann, clientAddress: '192.0.2.7' }, { bio: 'Hello' });
    await arrived(ann.subject, ['UpdateProfile', ann.subject, 'OK']);
    expect(running.audit.events.find(({ actor }) => actor === ann.subject)?.address).toBe('192.0.2.7');
  });

  it("has auth's refusals and other services' acts in it", async () => {
    const admin = await running.person('Ann', 'users:admin');
    running.auth.refusal = new AppError({ code: 9, reason: 'LAST_ADMIN', message: '' });
    expect(await refused(remove(admin, admin.subject))).toBe('LAST_ADMIN');
    running.auth.refusal = undefined;
    await arrived(admin.subject, ['DeleteUser', admin.subject, 'LAST_ADMIN']);
    const erased = randomUUID();
    await running.call(running.eraseUser, { id: erased }, running.auths);
    await arrived('auth', ['EraseUser', erased, 'OK']);
  });

  it('has what the guard refuses in it, once however often', async () => {
    const ann = running.user();
    for (let n = 0; n < 20; n++) {
      const call = running.call(running.eraseUser, { id: ann.subject }, ann);
      expect(await refused(call)).toBe('CALLER_NOT_ADMITTED');
    }
    await arrived(ann.subject, ['EraseUser', '', 'CALLER_NOT_ADMITTED']);
  });

  it('says nothing of what was malformed', async () => {
    const ann = await running.person('Ann');
    expect(await refused(update(ann, { displayName: ' ' }))).toBe('FIELD_INVALID');
    await update(ann, { bio: 'Hello' });
    await arrived(ann.subject, ['UpdateProfile', ann.subject, 'OK']);
  });

  it('goes on while auth is away, and arrives afterwards, once each', async () => {
    const ann = await running.person('Ann');
    running.audit.isAway = true;
    for (let n = 0; n < 5; n++) await update(ann, { bio: `away ${n}` });
    await eventually(async () => {
      const tried = await running.database.sql`select from outbox where attempts > 0`;
      expect(tried.length).toBeGreaterThan(0);
    });
    running.audit.isAway = false;
    running.audit.losesAnswers = true;
    await eventually(() => {
      expect(running.audit.events.some(({ actor }) => actor === ann.subject)).toBe(true);
    }, 20_000);
    for (let n = 0; n < 5; n++) await update(ann, { bio: `back ${n}` });
    running.audit.losesAnswers = false;
    const events = Array.from({ length: 10 }, (): [string, string, string] => [
      'UpdateProfile',
      ann.subject,
      'OK',
    ]);
    await arrived(ann.subject, ...events);
    const { sql } = running.database;
    await eventually(async () => expect(await sql`select from outbox`).toHaveLength(0), 20_000);
  }, 60_000);

  it('is named by opaque IDs alone', async () => {
    const name = 'Wilhelmina Featherstonehaugh';
    const ann = await running.person(name);
    await update(ann, { bio: 'a life in letters' });
    await remove(ann, ann.subject);
    await arrived(ann.subject, ['UpdateProfile', ann.subject, 'OK'], ['DeleteUser', ann.subject, 'OK']);
    const text = JSON.stringify(running.audit.events, (_key, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    for (const word of [name, ann.email, '@', 'letters']) expect(text).not.toContain(word);
  });
});
