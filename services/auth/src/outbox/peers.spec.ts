import { Server, ServerCredentials, status, type Metadata, type UntypedHandleCall } from '@grpc/grpc-js';
import { ErasureServiceService } from '@gatehouse/contracts/resources';
import { ProvisioningServiceService } from '@gatehouse/contracts/users';
import { certificateName, openTransport, type ServiceName } from '@gatehouse/grpc';
import { createSpecAuthority, eventually, freePort } from '@gatehouse/testing';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENT_SECRET, claimsOf, runningAuth, silentLog, type RunningAuth } from '../spec/running-auth.js';
import { eraseSubject, eraseUser } from './events.js';
import { Peers } from './peers.js';

interface Heard {
  readonly rpc: string;
  readonly request: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
}

/** Both services that follow the accounts, as far as they do. */
async function startPeers(
  port: number,
  heard: Heard[],
  credentials = ServerCredentials.createInsecure(),
): Promise<Server> {
  const server = new Server();
  const hear =
    (rpc: string) =>
    ({ request, metadata }: { request: Record<string, unknown>; metadata: Metadata }, done: Done) => {
      const [, accessToken = ''] = String(metadata.get('authorization')[0]).split(' ');
      heard.push({ rpc, request, claims: claimsOf(accessToken) });
      done(null, {});
    };
  const implement = (definition: object) =>
    Object.fromEntries(
      Object.keys(definition).map((rpc) => [rpc, hear(rpc) as unknown as UntypedHandleCall]),
    );
  server.addService(ProvisioningServiceService, implement(ProvisioningServiceService));
  server.addService(ErasureServiceService, implement(ErasureServiceService));
  await new Promise<void>((resolve, reject) => {
    const bound = (error: Error | null) => (error ? reject(error) : resolve());
    server.bindAsync(`127.0.0.1:${port}`, credentials, bound);
  });
  return server;
}

type Done = (error: { code: status } | null, reply: object) => void;

describe('the services that follow the accounts', () => {
  const heard: Heard[] = [];
  let port: number;
  let auth: RunningAuth;
  beforeAll(async () => {
    port = await freePort();
    const address = `127.0.0.1:${port}`;
    auth = await runningAuth({ GATEHOUSE_USERS_ADDRESS: address, GATEHOUSE_RESOURCES_ADDRESS: address });
  });
  afterAll(() => auth.close());

  it('hear of accounts that were made and erased while they were down, of the end alone, as a service may tell', async () => {
    const email = `${randomUUID()}@gatehouse.test`;
    const { account } = await auth.register(email);
    const { account: other } = await auth.register(`${randomUUID()}@gatehouse.test`);
    const { accessToken } = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    await auth.eraseAccount(other!.id, accessToken);
    const kept = await auth.database.sql<{ payload: object }[]>`select payload from outbox`;
    expect(JSON.stringify(kept)).not.toContain(other!.email);
    await eventually(async () => {
      const tried = await auth.database.sql`select 1 from outbox where attempts > 0`;
      expect(tried.length).toBeGreaterThan(0);
    });
    expect(heard).toEqual([]);

    const peers = await startPeers(port, heard);
    try {
      await eventually(async () => {
        expect(await auth.database.sql`select topic, last_error from outbox`).toEqual([]);
      }, 25_000);
    } finally {
      peers.forceShutdown();
    }
    const users = heard.filter(({ claims }) => claims['aud'] === 'users');
    const told = new Map(users.map(({ rpc, request }) => [request['id'], rpc]));
    expect(told).toEqual(
      new Map([
        [account!.id, 'provisionUser'],
        [other!.id, 'eraseUser'],
      ]),
    );
    expect(users.find(({ rpc }) => rpc === 'provisionUser')!.request).toEqual({
      id: account!.id,
      email,
      displayName: 'Somebody',
      createTime: account!.createTime,
    });
    expect(users[0]!.claims).toMatchObject({ sub: 'auth', client_id: 'auth', scope: 'users:provision' });
    const resources = heard.find(({ claims }) => claims['aud'] === 'resources');
    expect(resources).toMatchObject({
      rpc: 'eraseSubject',
      request: { subject: other!.id },
      claims: { sub: 'auth', scope: 'resources:erase' },
    });
  });

  it('hear by mutual TLS what is meant for them alone', async () => {
    const authority = await createSpecAuthority();
    const certify = (service: ServiceName) => authority.issue({ names: [certificateName(service)] });
    const folder = mkdtempSync(join(tmpdir(), 'auth-tls-'));
    const files = { certificate: join(folder, 'cert'), key: join(folder, 'key'), ca: join(folder, 'ca') };
    const own = await certify('auth');
    writeFileSync(files.certificate, own.certificate);
    writeFileSync(files.key, own.key);
    writeFileSync(files.ca, authority.certificate);
    const users = await certify('users');
    const pair = { cert_chain: Buffer.from(users.certificate), private_key: Buffer.from(users.key) };
    const secured = ServerCredentials.createSsl(Buffer.from(authority.certificate), [pair], true);
    const at = await freePort();
    const told: Heard[] = [];
    const server = await startPeers(at, told, secured);
    const transport = openTransport({ service: 'auth', files, production: true, log: silentLog });
    // Users answers at both addresses, and hears of nothing that is meant for resources.
    const address = `127.0.0.1:${at}`;
    const peers = new Peers({ users: address, resources: address }, auth.context.serviceTokens, transport);
    const sent = { id: 1n, eventId: randomUUID(), createTime: new Date(), attempt: 1 };
    try {
      await peers.deliver({ ...eraseUser(randomUUID()), ...sent });
      const misled = peers.deliver({ ...eraseSubject(randomUUID()), ...sent });
      await expect(misled).rejects.toMatchObject({ code: status.UNAVAILABLE });
    } finally {
      peers.close();
      transport.close();
      server.forceShutdown();
      rmSync(folder, { recursive: true });
    }
    expect(told.map(({ rpc }) => rpc)).toEqual(['eraseUser']);
  });
});
