import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { contract } from '@gatehouse/contracts';
import {
  AccountServiceClient,
  KeySetServiceClient,
  RoleServiceClient,
  TokenServiceClient,
  type TokenSet,
} from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import { callUnary, openClient, type UnaryMethod } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { testDatabase } from '@gatehouse/testing';
import { createAccount } from '../account/create-account.js';
import { readAuthSettings } from '../config.js';
import { startAuth } from '../start-auth.js';
import { PATIENCE_MS } from './patience.js';
import { sessionCalls } from './session-calls.js';

/** The migrations, seen from `dist/spec`. */
export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

export const ISSUER = 'https://auth.gatehouse.test';
export const CLIENT_SECRET = 'the secret of the users service';
export const PASSWORD = 'violet kettle on the roof';
export const silentLog = createLogger({ service: 'auth', level: 'silent' });

/** Where nobody listens: peers are not part of most specs. */
const NOWHERE = '127.0.0.1:1';

/** The settings of a service for a spec. */
export function specEnvironment(databaseUrl: string, more: Record<string, string> = {}) {
  return {
    GATEHOUSE_ENVIRONMENT: 'development',
    GATEHOUSE_LOG_LEVEL: 'silent',
    GATEHOUSE_GRPC_PORT: '0',
    GATEHOUSE_HEALTH_PORT: '0',
    GATEHOUSE_DRAIN_TIMEOUT_MS: '1000',
    // Whatever else the machine does, nothing is refused because of it.
    GATEHOUSE_MAX_LOOP_BEHIND_MS: '60000',
    GATEHOUSE_DATABASE_URL: databaseUrl,
    GATEHOUSE_ISSUER: ISSUER,
    GATEHOUSE_KEY_SEALING_KEY: randomBytes(32).toString('base64'),
    GATEHOUSE_CLIENT_SECRET_USERS: CLIENT_SECRET,
    GATEHOUSE_CLIENT_SECRET_RESOURCES: 'the secret of the resources service',
    GATEHOUSE_CLIENT_SECRET_GATEWAY: 'the secret of the gateway itself',
    GATEHOUSE_AUDIT_CHAIN_KEY: randomBytes(32).toString('base64'),
    GATEHOUSE_USERS_ADDRESS: NOWHERE,
    GATEHOUSE_RESOURCES_ADDRESS: NOWHERE,
    GATEHOUSE_MAIL: 'off',
    // Specs that are not about limits do in a second what people do in a week, from one address.
    GATEHOUSE_LIMIT_SCALE: '1000',
    ...more,
  };
}

/** The reason that an RPC is refused with. */
export async function reasonOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppError) return error.reason;
    throw error;
  }
  return 'OK';
}

/** The claims of an access token, not verified. */
export function claimsOf(accessToken: string): Record<string, unknown> {
  const [, payload = ''] = accessToken.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}

/** The real service on a database of the suite's own. */
export async function runningAuth(more: Record<string, string> = {}) {
  const database = await testDatabase({ migrations: MIGRATIONS });
  const environment = specEnvironment(database.url, more);
  const service = await startAuth(readAuthSettings(environment), silentLog);
  const address = `127.0.0.1:${service.port}`;
  const accounts = openClient(AccountServiceClient, address, contract);
  const tokens = openClient(TokenServiceClient, address, contract);
  const roles = openClient(RoleServiceClient, address, contract);
  const keySet = openClient(KeySetServiceClient, address, contract);
  const sessions = sessionCalls(service.port);

  const call = <Request, Reply>(
    method: UnaryMethod<Request, Reply>,
    request: Request,
    accessToken?: string,
  ): Promise<Reply> => callUnary(method, request, { timeoutMs: PATIENCE_MS, accessToken });
  const login = async (email: string, password = PASSWORD): Promise<TokenSet> =>
    (await call(tokens.login.bind(tokens), { email, password })).tokens!;

  return {
    context: service.context,
    database,
    tokens,
    environment,
    service,
    call,
    login,
    sessions,
    register: (email: string, password = PASSWORD, displayName = 'Somebody') =>
      call(accounts.register.bind(accounts), { email, password, displayName }),
    refresh: async (refreshToken: string): Promise<TokenSet> =>
      (await call(tokens.refresh.bind(tokens), { refreshToken })).tokens!,
    logout: (refreshToken: string) => call(tokens.logout.bind(tokens), { refreshToken }),
    issueServiceToken: async (clientId: string, clientSecret: string, audience: string): Promise<TokenSet> =>
      (await call(tokens.issueServiceToken.bind(tokens), { clientId, clientSecret, audience })).tokens!,
    getAccount: (accessToken?: string) => call(accounts.getAccount.bind(accounts), {}, accessToken),
    changePassword: (currentPassword: string, newPassword: string, accessToken: string) =>
      call(accounts.changePassword.bind(accounts), { currentPassword, newPassword }, accessToken),
    eraseAccount: (subject: string, accessToken: string) =>
      call(accounts.eraseAccount.bind(accounts), { subject, requestedBy: subject }, accessToken),
    listRoles: (accessToken: string) => call(roles.listRoles.bind(roles), {}, accessToken),
    listSubjectRoles: (subject: string, accessToken: string) =>
      call(roles.listSubjectRoles.bind(roles), { subject }, accessToken),
    grantRole: (subject: string, role: string, accessToken: string) =>
      call(roles.grantRole.bind(roles), { subject, role }, accessToken),
    withdrawRole: (subject: string, role: string, accessToken: string) =>
      call(roles.withdrawRole.bind(roles), { subject, role }, accessToken),
    getKeySet: () => call(keySet.getKeySet.bind(keySet), {}),
    /** An account with these roles besides `user`, signed in. */
    async signedIn(...roleNames: string[]) {
      const email = `${randomUUID()}@gatehouse.test`;
      const origin = { action: 'Spec', actor: undefined, traceId: '0'.repeat(32), requestId: 'spec' };
      const account = { email, password: PASSWORD, displayName: 'Somebody', roles: roleNames };
      const { id } = await createAccount(service.context, account, origin);
      return { id, email, ...(await login(email)) };
    },
    async close(): Promise<void> {
      for (const client of [accounts, tokens, roles, keySet, sessions]) client.close();
      await service.stop();
      await database.drop();
    },
  };
}

export type RunningAuth = Awaited<ReturnType<typeof runningAuth>>;
