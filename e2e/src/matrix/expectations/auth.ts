import { randomBytes, randomUUID } from 'node:crypto';
import { login, type Person } from '../../client/person.js';
import type { Outcome } from '../../client/outcome.js';
import type { Expectations, Scene } from '../expectation.js';
import { EVERYONE } from '../principals.js';

/** The codes of mails are for the journeys. */
const CODE_INVALID: Outcome = { code: 'FAILED_PRECONDITION', reason: 'CODE_INVALID' };

/** A refresh token that nobody else uses. */
async function refreshToken({ world }: Scene): Promise<string> {
  const { email, password } = world.people.stranger;
  return (await login(world.rest, email, password)).refreshToken;
}

function known(caller: Person | undefined): Pick<Person, 'password'> {
  return caller ?? { password: 'nobody has this password' };
}

export const authExpectations: Expectations = {
  '/gatehouse.auth.v1.AccountService/Register': {
    request: () => ({
      email: `${randomUUID()}@example.com`,
      password: `long enough ${randomUUID()}`,
      displayName: 'Someone new',
    }),
  },
  '/gatehouse.auth.v1.AccountService/GetAccount': { request: () => ({}) },
  '/gatehouse.auth.v1.AccountService/ChangePassword': {
    request: ({ caller }) => ({
      currentPassword: known(caller).password,
      newPassword: `another one ${randomUUID()}`,
    }),
    spends: EVERYONE,
  },
  '/gatehouse.auth.v1.AccountService/RequestPasswordReset': {
    request: () => ({ email: `${randomUUID()}@example.com` }),
  },
  '/gatehouse.auth.v1.AccountService/ResetPassword': {
    request: () => ({ code: randomUUID(), newPassword: `another one ${randomUUID()}` }),
    outcome: CODE_INVALID,
  },
  '/gatehouse.auth.v1.AccountService/RequestEmailVerification': { request: () => ({}) },
  '/gatehouse.auth.v1.AccountService/VerifyEmail': {
    request: () => ({ code: randomUUID() }),
    outcome: CODE_INVALID,
  },
  '/gatehouse.auth.v1.AccountService/SuspendAccount': {
    request: async ({ world }) => ({ subject: (await world.makePerson('user')).subject }),
  },
  '/gatehouse.auth.v1.AccountService/ReinstateAccount': {
    request: ({ world }) => ({ subject: world.people.user.subject }),
  },
  '/gatehouse.auth.v1.AccountService/EraseAccount': {
    request: async ({ world }) => {
      const { subject } = await world.makePerson('user');
      return { subject, requestedBy: subject };
    },
  },
  '/gatehouse.auth.v1.KeySetService/GetKeySet': { request: () => ({}) },
  '/gatehouse.auth.v1.RoleService/ListRoles': { request: () => ({}) },
  '/gatehouse.auth.v1.RoleService/ListSubjectRoles': {
    request: ({ world }) => ({ subject: world.people.user.subject }),
  },
  '/gatehouse.auth.v1.RoleService/GrantRole': {
    request: ({ world }) => ({ subject: world.people.stranger.subject, role: 'editor' }),
  },
  '/gatehouse.auth.v1.RoleService/WithdrawRole': {
    request: async ({ world }) => ({ subject: (await world.makePerson('editor')).subject, role: 'editor' }),
  },
  '/gatehouse.auth.v1.TokenService/Login': {
    request: ({ world }) => {
      const { email, password } = world.people.stranger;
      return { email, password };
    },
  },
  '/gatehouse.auth.v1.TokenService/Refresh': {
    request: async (scene) => ({ refreshToken: await refreshToken(scene) }),
  },
  '/gatehouse.auth.v1.TokenService/Logout': {
    request: async (scene) => ({ refreshToken: await refreshToken(scene) }),
  },
  '/gatehouse.auth.v1.TokenService/Exchange': {
    request: async ({ world }) => ({
      subjectToken: (await world.credentialOf(world.people.stranger, 'session')).secret,
      subjectTokenType: 'CREDENTIAL_SESSION',
    }),
  },
  '/gatehouse.auth.v1.ProofService/UseProof': {
    request: () => ({ proofId: randomBytes(32).toString('base64url') }),
  },
  '/gatehouse.auth.v1.ProofService/UnbindToken': {
    request: ({ world }) => ({
      accessToken: world.people.owner.accessToken,
      proof: 'a.b.c',
      httpMethod: 'GET',
      path: '/v1/resources',
    }),
    // What is bound to a key is for the journeys.
    outcome: { code: 'UNAUTHENTICATED', reason: 'CREDENTIAL_INVALID' },
  },
  '/gatehouse.auth.v1.TokenService/RevokeToken': {
    request: async (scene) => ({ token: await refreshToken(scene) }),
  },
  '/gatehouse.auth.v1.TokenService/Introspect': {
    request: ({ world }) => ({ token: world.people.owner.accessToken }),
  },
  '/gatehouse.auth.v1.TokenService/IssueServiceToken': {
    request: ({ world }) => ({
      clientId: 'users',
      clientSecret: world.system.usersClientSecret,
      audience: 'auth',
    }),
  },
};
