import { randomUUID } from 'node:crypto';
import type { Outcome } from '../../client/outcome.js';
import type { Expectations } from '../expectation.js';

const NOT_AN_ADMIN: Outcome = { code: 'PERMISSION_DENIED', reason: 'PERMISSION_MISSING' };

export const usersExpectations: Expectations = {
  '/gatehouse.users.v1.ProvisioningService/ProvisionUser': {
    request: () => ({
      id: randomUUID(),
      email: `${randomUUID()}@example.com`,
      displayName: 'Someone provisioned',
      createTime: new Date().toISOString(),
    }),
  },
  '/gatehouse.users.v1.ProvisioningService/EraseUser': { request: () => ({ id: randomUUID() }) },
  '/gatehouse.users.v1.ProvisioningService/DescribeUser': {
    request: ({ world }) => ({ id: world.people.owner.subject }),
  },
  '/gatehouse.users.v1.UserService/GetProfile': { request: () => ({}) },
  '/gatehouse.users.v1.UserService/UpdateProfile': {
    request: () => ({ user: { bio: `in short, ${randomUUID()}` }, updateMask: 'bio' }),
  },
  '/gatehouse.users.v1.UserService/GetUser': {
    request: ({ world }) => ({ id: world.people.owner.subject }),
  },
  '/gatehouse.users.v1.UserService/ListUsers': { request: () => ({ pageSize: 3, query: 'matrix' }) },
  '/gatehouse.users.v1.UserService/DeleteUser': {
    request: async ({ world, principal, caller }) => {
      const isOwn = principal === 'owner' && caller !== undefined;
      return { id: isOwn ? caller.subject : (await world.makePerson('user')).subject };
    },
    rows: { user: NOT_AN_ADMIN, editor: NOT_AN_ADMIN, stranger: NOT_AN_ADMIN },
    spends: ['owner'],
  },
};
