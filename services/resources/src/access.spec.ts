import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ShareRole, Visibility } from '@gatehouse/contracts/resources';
import { AppError } from '@gatehouse/errors';
import { randomUUID } from 'node:crypto';
import {
  ALL_BUT_ADMIN,
  runningResources,
  type Caller,
  type RunningResources,
} from './spec/running-resources.js';

let running: RunningResources;
beforeAll(async () => {
  running = await runningResources();
});
afterAll(() => running.close());

/** @param viewer the subject of a share that is there */
type Act = (caller: Caller, id: string, viewer: string) => Promise<unknown>;

const acts: Readonly<Record<string, Act>> = {
  get: (caller, id) => running.get(caller, id),
  list: async (caller, id) => {
    const { resources } = await running.list(caller, { pageSize: 200 });
    if (!resources.some((resource) => resource.id === id))
      throw new AppError({ code: 5, reason: 'UNLISTED', message: '' });
  },
  update: (caller, id) => running.update(caller, { id, title: 'Changed' }),
  publish: (caller, id) => running.update(caller, { id, visibility: Visibility.INTERNAL }),
  withdraw: (caller, id) => running.update(caller, { id, visibility: Visibility.PRIVATE }),
  delete: (caller, id) => running.delete(caller, id),
  share: (caller, id) => running.share(caller, id, randomUUID()),
  unshare: (caller, id, viewer) => running.unshare(caller, id, viewer),
  listShares: (caller, id) => running.listShares(caller, id),
};

const parts = ['owner', 'editor', 'viewer', 'stranger', 'admin'] as const;

/** One row for each act, one column for each of `parts`. */
const matrix = {
  private: {
    get: ['OK', 'OK', 'OK', 'RESOURCE_UNKNOWN', 'OK'],
    list: ['OK', 'OK', 'OK', 'UNLISTED', 'OK'],
    update: ['OK', 'OK', 'RESOURCE_NOT_EDITABLE', 'RESOURCE_UNKNOWN', 'OK'],
    publish: ['OK', 'RESOURCE_NOT_OWNED', 'RESOURCE_NOT_EDITABLE', 'RESOURCE_UNKNOWN', 'OK'],
    withdraw: ['OK', 'OK', 'RESOURCE_NOT_EDITABLE', 'RESOURCE_UNKNOWN', 'OK'],
    delete: ['OK', 'RESOURCE_NOT_OWNED', 'RESOURCE_NOT_OWNED', 'RESOURCE_UNKNOWN', 'OK'],
    share: ['OK', 'RESOURCE_NOT_OWNED', 'RESOURCE_NOT_OWNED', 'RESOURCE_UNKNOWN', 'OK'],
    unshare: ['OK', 'RESOURCE_NOT_OWNED', 'RESOURCE_NOT_OWNED', 'RESOURCE_UNKNOWN', 'OK'],
    listShares: ['OK', 'OK', 'RESOURCE_NOT_EDITABLE', 'RESOURCE_UNKNOWN', 'OK'],
  },
  internal: {
    get: ['OK', 'OK', 'OK', 'OK', 'OK'],
    list: ['OK', 'OK', 'OK', 'OK', 'OK'],
    update: ['OK', 'OK', 'RESOURCE_NOT_EDITABLE', 'RESOURCE_NOT_EDITABLE', 'OK'],
    publish: ['OK', 'OK', 'RESOURCE_NOT_EDITABLE', 'RESOURCE_NOT_EDITABLE', 'OK'],
    withdraw: ['OK', 'RESOURCE_NOT_OWNED', 'RESOURCE_NOT_EDITABLE', 'RESOURCE_NOT_EDITABLE', 'OK'],
    delete: ['OK', 'RESOURCE_NOT_OWNED', 'RESOURCE_NOT_OWNED', 'RESOURCE_NOT_OWNED', 'OK'],
    share: ['OK', 'RESOURCE_NOT_OWNED', 'RESOURCE_NOT_OWNED', 'RESOURCE_NOT_OWNED', 'OK'],
    unshare: ['OK', 'RESOURCE_NOT_OWNED', 'RESOURCE_NOT_OWNED', 'RESOURCE_NOT_OWNED', 'OK'],
    listShares: ['OK', 'OK', 'RESOURCE_NOT_EDITABLE', 'RESOURCE_NOT_EDITABLE', 'OK'],
  },
} as const;

const codes: Readonly<Record<string, number>> = {
  RESOURCE_UNKNOWN: 5,
  UNLISTED: 5,
  RESOURCE_NOT_EDITABLE: 7,
  RESOURCE_NOT_OWNED: 7,
};

const cells = Object.entries(matrix).flatMap(([visibility, rows]) =>
  Object.entries(rows).flatMap(([act, outcomes]: [string, readonly string[]]) =>
    parts.map((part, i) => ({ visibility, act, part, outcome: outcomes[i] ?? '' })),
  ),
);

/** Makes a resource and the five who may want something of it. */
async function scene(visibility: Visibility) {
  const callers = {
    owner: running.user(),
    editor: running.user(),
    viewer: running.user(),
    stranger: running.user(),
    admin: running.user([...ALL_BUT_ADMIN, 'resources:admin']),
  };
  const { id } = await running.create(callers.owner, { title: 'Secret', visibility });
  await running.share(callers.owner, id, callers.editor.subject, ShareRole.EDITOR);
  await running.share(callers.owner, id, callers.viewer.subject);
  return { id, callers };
}

describe('who may do what', () => {
  it.each(cells)(
    '$visibility resource: $act by the $part: $outcome',
    async ({ visibility, act, part, outcome }) => {
      const { id, callers } = await scene(
        visibility === 'internal' ? Visibility.INTERNAL : Visibility.PRIVATE,
      );
      const before = await running.get(callers.owner, id);
      const done = acts[act]!(callers[part], id, callers.viewer.subject);
      if (outcome === 'OK') return void (await done);
      await expect(done).rejects.toMatchObject({ code: codes[outcome], reason: outcome });
      expect(await running.get(callers.owner, id)).toEqual(before);
      expect((await running.listShares(callers.owner, id)).shares).toHaveLength(2);
    },
  );

  it.each(['get', 'update', 'delete', 'share', 'unshare', 'listShares'])(
    'says the same of %s for what is private and what is not there',
    async (act) => {
      const { id, callers } = await scene(Visibility.PRIVATE);
      const answers = await Promise.all(
        [id, randomUUID()].map((target) =>
          acts[act]!(callers.stranger, target, callers.viewer.subject).catch((error: AppError) => error),
        ),
      );
      const [hidden, absent] = answers.map((error) => {
        const { code, reason, message, metadata } = error as AppError;
        return { code, reason, message, metadata };
      });
      expect(hidden).toEqual(absent);
    },
  );
});

describe('permissions', () => {
  const needed = {
    get: 'resources:read',
    list: 'resources:read',
    update: 'resources:write',
    delete: 'resources:delete',
    share: 'resources:write',
    unshare: 'resources:write',
    listShares: 'resources:read',
  };

  it.each(Object.entries(needed))(
    '%s needs %s, whether or not the resource exists',
    async (act, permission) => {
      const { id, callers } = await scene(Visibility.INTERNAL);
      const others = [...ALL_BUT_ADMIN, 'resources:admin'].filter((name) => name !== permission);
      const without = running.user(others, callers.owner.subject);
      const refusal = { code: 7, reason: 'PERMISSION_MISSING', metadata: { permission } };
      await expect(acts[act]!(without, id, callers.viewer.subject)).rejects.toMatchObject(refusal);
      await expect(acts[act]!(without, randomUUID(), randomUUID())).rejects.toMatchObject(refusal);
    },
  );

  it.each(Object.keys(acts))(
    '%s is not for callers without an access token, nor for services',
    async (act) => {
      const { id } = await scene(Visibility.INTERNAL);
      const nobody = { subject: '', accessToken: 'x' };
      await expect(acts[act]!(nobody, id, randomUUID())).rejects.toMatchObject({
        code: 16,
        reason: 'UNAUTHENTICATED',
      });
      const service = {
        subject: 'users',
        accessToken: running.issuer.serviceToken('users', 'resources', [...ALL_BUT_ADMIN, 'resources:admin']),
      };
      await expect(acts[act]!(service, id, randomUUID())).rejects.toMatchObject({
        code: 7,
        reason: 'CALLER_NOT_ADMITTED',
      });
    },
  );
});
