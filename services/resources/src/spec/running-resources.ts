import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  ErasureServiceClient,
  ResourceServiceClient,
  ShareRole,
  ShareServiceClient,
  type ListResourcesRequest,
  type Resource,
} from '@gatehouse/contracts/resources';
import { callUnary, type UnaryMethod } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { credentials } from '@grpc/grpc-js';
import { eventually, SpecAuditSink, startSpecIssuer, testDatabase } from '@gatehouse/testing';
import { readResourcesSettings } from '../config.js';
import { EMPTY_RESOURCE } from '../resource/to-resource.js';
import { startResources } from '../start-resources.js';

/** The migrations, seen from `dist/spec`. */
export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

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

/** Every permission that a user may have, short of reaching what belongs to others. */
export const ALL_BUT_ADMIN = ['resources:read', 'resources:write', 'resources:delete'];

/** The settings of a service for a spec. */
export function specSettings(databaseUrl: string, authAddress: string, issuer: string) {
  return readResourcesSettings({
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
    GATEHOUSE_CLIENT_SECRET: 'a client secret of a spec',
  });
}

export const silentLog = createLogger({ service: 'resources', level: 'silent' });

/** The real service on a database and an issuer of the suite's own. */
export async function runningResources(options: { databaseUrl?: string } = {}) {
  const audit = new SpecAuditSink();
  const issuer = await startSpecIssuer({ extend: (server) => audit.addTo(server) });
  const database =
    options.databaseUrl === undefined ? await testDatabase({ migrations: MIGRATIONS }) : undefined;
  const settings = specSettings(options.databaseUrl ?? database!.url, issuer.address, issuer.issuer);
  const service = await startResources(settings, silentLog);
  const address = `127.0.0.1:${service.port}`;
  const resources = new ResourceServiceClient(address, credentials.createInsecure(), ONCE);
  const shares = new ShareServiceClient(address, credentials.createInsecure(), ONCE);
  const erasure = new ErasureServiceClient(address, credentials.createInsecure(), ONCE);
  const auth: Caller = {
    subject: 'auth',
    accessToken: issuer.serviceToken('auth', 'resources', ['resources:erase']),
  };

  const send = <Request, Reply>(method: UnaryMethod<Request, Reply>, request: Request, caller?: Caller) =>
    callUnary(as(caller, method), request, { timeoutMs: 20_000, accessToken: caller?.accessToken });

  return {
    issuer,
    audit,
    database: database!,
    service,
    auth,
    /** A subject nobody has met. */
    user(permissions: readonly string[] = ALL_BUT_ADMIN, subject: string = randomUUID()): Caller {
      return { subject, accessToken: issuer.userToken(subject, permissions) };
    },
    async create(caller: Caller | undefined, fields: Partial<Resource>, requestId = ''): Promise<Resource> {
      const request = { resource: { ...EMPTY_RESOURCE, ...fields }, requestId };
      return (await send(resources.createResource.bind(resources), request, caller)).resource!;
    },
    async get(caller: Caller | undefined, id: string): Promise<Resource> {
      return (await send(resources.getResource.bind(resources), { id }, caller)).resource!;
    },
    list(caller: Caller | undefined, request: Partial<ListResourcesRequest> = {}) {
      const all = { pageSize: 0, pageToken: '', filter: undefined, orderBy: '' };
      return send(resources.listResources.bind(resources), { ...all, ...request }, caller);
    },
    async update(
      caller: Caller | undefined,
      fields: Partial<Resource>,
      updateMask?: string[],
    ): Promise<Resource> {
      const request = { resource: { ...EMPTY_RESOURCE, ...fields }, updateMask };
      return (await send(resources.updateResource.bind(resources), request, caller)).resource!;
    },
    delete: (caller: Caller | undefined, id: string, etag = '') =>
      send(resources.deleteResource.bind(resources), { id, etag }, caller),
    async share(caller: Caller | undefined, resourceId: string, subject: string, role = ShareRole.VIEWER) {
      return (await send(shares.shareResource.bind(shares), { resourceId, subject, role }, caller)).share!;
    },
    unshare: (caller: Caller | undefined, resourceId: string, subject: string) =>
      send(shares.unshareResource.bind(shares), { resourceId, subject }, caller),
    listShares: (
      caller: Caller | undefined,
      resourceId: string,
      page: { pageSize?: number; pageToken?: string } = {},
    ) => send(shares.listShares.bind(shares), { resourceId, pageSize: 0, pageToken: '', ...page }, caller),
    erase: (caller: Caller | undefined, subject: string) =>
      send(erasure.eraseSubject.bind(erasure), { subject }, caller),
    /** Resolves when this many statements wait for a lock. */
    waiting: (count: number) =>
      eventually(async () => {
        const waits = await database!.sql`
          select from pg_locks l join pg_stat_activity a using (pid)
          where not l.granted and a.datname = current_database()`;
        if (waits.length < count) throw new Error(`${waits.length} wait`);
      }),
    async close(): Promise<void> {
      for (const client of [resources, shares, erasure]) client.close();
      await service.stop();
      issuer.close();
      await database?.drop();
    },
  };
}

export type RunningResources = Awaited<ReturnType<typeof runningResources>>;
