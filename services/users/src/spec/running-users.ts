import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { ProvisioningServiceClient, UserServiceClient, type User } from '@gatehouse/contracts/users';
import { callUnary, type UnaryMethod } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { credentials, type ChannelCredentials, type ServerCredentials } from '@grpc/grpc-js';
import { SpecAuditSink, startSpecIssuer, testDatabase } from '@gatehouse/testing';
import { readUsersSettings } from '../config.js';
import { startUsers } from '../start-users.js';
import { CLIENT_SECRET, StubAuth } from './stub-auth.js';

/** The migrations, seen from `dist/spec`. */
export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/** A method as `caller.call` takes it: unbound, of either client. */
type Method<Request, Reply> = UnaryMethod<Request, Reply>;

/** A client that tries once: a second try would hide what the first one got. */
const ONCE = { 'grpc.enable_retries': 0 };

/** Who calls, by an access token. */
export interface Caller {
  readonly subject: string;
  readonly accessToken: string;
  /** For whom it says that it calls, as a gateway does. */
  readonly clientAddress?: string;
}

/** The method as this caller calls it. */
function as<Request, Reply>(caller: Caller | undefined, method: UnaryMethod<Request, Reply>) {
  const called: UnaryMethod<Request, Reply> = (request, metadata, options, callback) => {
    if (caller?.clientAddress !== undefined) metadata.set('x-client-address', caller.clientAddress);
    return method(request, metadata, options, callback);
  };
  return called;
}

/** The settings of a service for a spec. */
export function specSettings(
  databaseUrl: string,
  authAddress: string,
  issuer: string,
  more: Readonly<Record<string, string>> = {},
) {
  return readUsersSettings({
    GATEHOUSE_ENVIRONMENT: 'development',
    GATEHOUSE_LOG_LEVEL: 'silent',
    GATEHOUSE_GRPC_PORT: '0',
    GATEHOUSE_HEALTH_PORT: '0',
    GATEHOUSE_DRAIN_TIMEOUT_MS: '1000',
    // Whatever else the machine does, nothing is refused because of it.
    GATEHOUSE_MAX_LOOP_BEHIND_MS: '60000',
    // The specs call as a gateway does.
    GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1/32',
    GATEHOUSE_DATABASE_URL: databaseUrl,
    GATEHOUSE_PAGE_TOKEN_KEY: randomBytes(32).toString('base64'),
    GATEHOUSE_ISSUER: issuer,
    GATEHOUSE_AUTH_ADDRESS: authAddress,
    GATEHOUSE_CLIENT_SECRET: CLIENT_SECRET,
    ...more,
  });
}

export const silentLog = createLogger({ service: 'users', level: 'silent' });

export interface RunningUsersOptions {
  readonly databaseUrl?: string;
  /** Settings beside those of every spec. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How auth and the service are reached; in the clear unless given. */
  readonly authCredentials?: ServerCredentials;
  readonly channel?: ChannelCredentials;
}

/** The real service on a database and an issuer of the suite's own. */
export async function runningUsers(options: RunningUsersOptions = {}) {
  const auth = new StubAuth();
  const audit = new SpecAuditSink();
  const issuer = await startSpecIssuer({
    credentials: options.authCredentials,
    tokenService: auth.tokenService(),
    extend: (server) => {
      auth.addTo(server);
      audit.addTo(server);
    },
  });
  const database =
    options.databaseUrl === undefined ? await testDatabase({ migrations: MIGRATIONS }) : undefined;
  const databaseUrl = options.databaseUrl ?? database!.url;
  const settings = specSettings(databaseUrl, issuer.address, issuer.issuer, options.settings);
  const service = await startUsers(settings, silentLog);
  const address = `127.0.0.1:${service.port}`;
  const channel = options.channel ?? credentials.createInsecure();
  const users = new UserServiceClient(address, channel, ONCE);
  const provisioning = new ProvisioningServiceClient(address, channel, ONCE);

  const user = (...permissions: string[]): Caller => {
    const subject = randomUUID();
    const claims = { auth_time: Math.floor(Date.now() / 1_000) };
    return { subject, accessToken: issuer.userToken(subject, permissions, claims) };
  };
  const auths = { subject: 'auth', accessToken: issuer.serviceToken('auth', 'users', ['users:provision']) };
  const call = <Request, Reply>(
    method: Method<Request, Reply>,
    request: Request,
    caller?: Caller,
  ): Promise<Reply> =>
    callUnary(as(caller, method), request, { timeoutMs: 10_000, accessToken: caller?.accessToken });

  return {
    auth,
    audit,
    issuer,
    database: database!,
    service,
    user,
    auths,
    call,
    getProfile: users.getProfile.bind(users),
    updateProfile: users.updateProfile.bind(users),
    getUser: users.getUser.bind(users),
    listUsers: users.listUsers.bind(users),
    deleteUser: users.deleteUser.bind(users),
    provisionUser: provisioning.provisionUser.bind(provisioning),
    eraseUser: provisioning.eraseUser.bind(provisioning),
    /** A person of the directory, and their access token. */
    async person(displayName: string, ...permissions: string[]): Promise<Caller & { email: string }> {
      const caller = user(...permissions);
      const email = `${caller.subject}@gatehouse.test`;
      const request = { id: caller.subject, email, displayName, createTime: new Date() };
      await call(provisioning.provisionUser.bind(provisioning), request, auths);
      return { ...caller, email };
    },
    async close(): Promise<void> {
      users.close();
      provisioning.close();
      await service.stop();
      issuer.close();
      await database?.drop();
    },
  };
}

export type RunningUsers = Awaited<ReturnType<typeof runningUsers>>;

/** A profile with nothing in it, for requests. */
export const EMPTY: User = {
  id: '',
  displayName: '',
  email: '',
  bio: '',
  createTime: undefined,
  updateTime: undefined,
  etag: '',
};
