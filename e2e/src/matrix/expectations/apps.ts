import { randomUUID } from 'node:crypto';
import type { Outcome } from '../../client/outcome.js';
import type { Expectations } from '../expectation.js';

/** Grants are given in browsers: the journeys have some. */
const GRANT_UNKNOWN: Outcome = { code: 'NOT_FOUND', reason: 'GRANT_UNKNOWN' };

const APP = {
  displayName: 'matrix',
  kind: 'CLIENT_KIND_WEB',
  grantTypes: ['GRANT_TYPE_AUTHORIZATION_CODE'],
  redirectUris: ['https://app.example/callback'],
  permissions: ['resources:read'],
};

/** Clients of somebody else's, and what people let them do. */
export const appExpectations: Expectations = {
  '/gatehouse.auth.v1.ClientService/CreateClient': { request: () => ({ client: APP }) },
  '/gatehouse.auth.v1.ClientService/GetClient': {
    request: async ({ world, caller }) => ({ id: await world.makeClient(caller, APP) }),
  },
  '/gatehouse.auth.v1.ClientService/ListClients': { request: () => ({ pageSize: 2 }) },
  '/gatehouse.auth.v1.ClientService/UpdateClient': {
    request: async ({ world, caller }) => ({
      client: { id: await world.makeClient(caller, APP), displayName: 'another name' },
      updateMask: 'displayName',
    }),
  },
  '/gatehouse.auth.v1.ClientService/RotateClientSecret': {
    request: async ({ world, caller }) => ({ id: await world.makeClient(caller, APP) }),
  },
  '/gatehouse.auth.v1.ClientService/DisableClient': {
    request: async ({ world, caller }) => ({ id: await world.makeClient(caller, APP) }),
  },
  '/gatehouse.auth.v1.GrantService/ListGrants': { request: () => ({ pageSize: 2 }) },
  '/gatehouse.auth.v1.GrantService/WithdrawGrant': {
    request: () => ({ id: randomUUID() }),
    outcome: GRANT_UNKNOWN,
  },
};
