import { randomUUID } from 'node:crypto';
import type { Outcome } from '../../client/outcome.js';
import type { Expectations } from '../expectation.js';
import { EVERYONE } from '../principals.js';

/** Identities are linked in browsers: the journeys have some. */
const IDENTITY_UNKNOWN: Outcome = { code: 'NOT_FOUND', reason: 'IDENTITY_UNKNOWN' };
const PROVIDER_UNKNOWN: Outcome = { code: 'NOT_FOUND', reason: 'PROVIDER_UNKNOWN' };

/** Sessions, API keys and identities. */
export const signInExpectations: Expectations = {
  '/gatehouse.auth.v1.SessionService/CreateSession': {
    request: ({ world }) => {
      const { email, password } = world.people.stranger;
      return { email, password };
    },
  },
  '/gatehouse.auth.v1.SessionService/ListSessions': { request: () => ({ pageSize: 2 }) },
  '/gatehouse.auth.v1.SessionService/EndSession': {
    request: async ({ world, caller }) => ({
      sessionId: caller ? (await world.makeSession(caller)).id : randomUUID(),
    }),
  },
  '/gatehouse.auth.v1.SessionService/EndOtherSessions': { request: () => ({}), spends: EVERYONE },
  '/gatehouse.auth.v1.SessionService/ListSubjectSessions': {
    request: ({ world }) => ({ subject: world.people.user.subject, pageSize: 2 }),
  },
  '/gatehouse.auth.v1.SessionService/EndSubjectSessions': {
    request: async ({ world }) => ({ subject: (await world.makePerson('user')).subject }),
  },
  '/gatehouse.auth.v1.ApiKeyService/CreateApiKey': {
    request: () => ({ displayName: 'matrix', permissions: ['resources:read'], lifetime: '3600s' }),
  },
  '/gatehouse.auth.v1.ApiKeyService/ListApiKeys': { request: () => ({ pageSize: 2 }) },
  '/gatehouse.auth.v1.ApiKeyService/GetApiKey': {
    request: async ({ world, caller }) => ({ id: await world.makeApiKey(caller) }),
    spends: EVERYONE,
  },
  '/gatehouse.auth.v1.ApiKeyService/RotateApiKey': {
    request: async ({ world, caller }) => ({ id: await world.makeApiKey(caller) }),
    spends: EVERYONE,
  },
  '/gatehouse.auth.v1.ApiKeyService/RevokeApiKey': {
    request: async ({ world, caller }) => ({ id: await world.makeApiKey(caller) }),
  },
  '/gatehouse.auth.v1.IdentityService/ListIdentities': { request: () => ({ pageSize: 2 }) },
  '/gatehouse.auth.v1.IdentityService/BeginLinking': {
    request: () => ({ provider: 'nobody' }),
    outcome: PROVIDER_UNKNOWN,
  },
  '/gatehouse.auth.v1.IdentityService/UnlinkIdentity': {
    request: () => ({ id: randomUUID() }),
    outcome: IDENTITY_UNKNOWN,
  },
  '/gatehouse.auth.v1.IdentityService/ListSubjectIdentities': {
    request: ({ world }) => ({ subject: world.people.user.subject, pageSize: 2 }),
  },
};
