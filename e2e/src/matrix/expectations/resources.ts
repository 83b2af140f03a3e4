import { randomUUID } from 'node:crypto';
import type { Outcome } from '../../client/outcome.js';
import type { Expectations, Scene } from '../expectation.js';

const UNKNOWN: Outcome = { code: 'NOT_FOUND', reason: 'RESOURCE_UNKNOWN' };
const NOT_OWNED: Outcome = { code: 'PERMISSION_DENIED', reason: 'RESOURCE_NOT_OWNED' };
const NOT_EDITABLE: Outcome = { code: 'PERMISSION_DENIED', reason: 'RESOURCE_NOT_EDITABLE' };

const resourceId = async ({ world }: Scene) => ({ resourceId: await world.makeResource() });

export const resourcesExpectations: Expectations = {
  '/gatehouse.resources.v1.ErasureService/EraseSubject': { request: () => ({ subject: randomUUID() }) },
  '/gatehouse.resources.v1.ResourceService/CreateResource': {
    request: () => ({ resource: { title: `created ${randomUUID()}` }, requestId: randomUUID() }),
  },
  '/gatehouse.resources.v1.ResourceService/GetResource': {
    request: async ({ world }) => ({ id: await world.makeResource() }),
    rows: { stranger: UNKNOWN },
  },
  '/gatehouse.resources.v1.ResourceService/ListResources': {
    request: () => ({ pageSize: 2, filter: { visibility: 'VISIBILITY_INTERNAL' }, orderBy: 'title' }),
  },
  '/gatehouse.resources.v1.ResourceService/WatchResources': { request: () => ({}) },
  '/gatehouse.resources.v1.ResourceService/UpdateResource': {
    request: async ({ world }) => ({
      resource: { id: await world.makeResource(), content: 'changed' },
      updateMask: 'content',
    }),
    rows: { stranger: UNKNOWN },
  },
  '/gatehouse.resources.v1.ResourceService/DeleteResource': {
    request: async ({ world }) => ({ id: await world.makeResource() }),
  },
  '/gatehouse.resources.v1.ShareService/ShareResource': {
    request: async (scene) => ({
      ...(await resourceId(scene)),
      subject: randomUUID(),
      role: 'SHARE_ROLE_VIEWER',
    }),
    rows: { editor: NOT_OWNED, stranger: UNKNOWN },
  },
  '/gatehouse.resources.v1.ShareService/UnshareResource': {
    request: async (scene) => ({
      ...(await resourceId(scene)),
      subject: scene.world.people.user.subject,
    }),
    rows: { editor: NOT_OWNED, stranger: UNKNOWN },
  },
  '/gatehouse.resources.v1.ShareService/ListShares': {
    request: resourceId,
    rows: { user: NOT_EDITABLE, stranger: UNKNOWN },
  },
};
