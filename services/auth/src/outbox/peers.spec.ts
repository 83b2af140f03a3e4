import { Server, ServerCredentials, status, type Metadata, type UntypedHandleCall } from '@grpc/grpc-js';
import { ErasureServiceService } from '@gatehouse/contracts/resources';
import { ProvisioningServiceService } from '@gatehouse/contracts/users';
import { eventually, freePort } from '@gatehouse/testing';
import { randomUUID } from 'node:crypto';
import { CLIENT_SECRET, claimsOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';

interface Heard {
  readonly rpc: string;
  readonly request: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
}

/** Both services that follow the accounts, as far as they do. */
async function startPeers(port: number, heard: Heard[]): Promise<Server> {
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
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), bound);
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

  it('hear of an account made while they were down, and of its end, in order and as a service may tell', async () => {
    const email = `${randomUUID()}@gatehouse.test`;
    const { account } = await auth.register(email);
    const { accessToken } = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    await auth.eraseAccount(account!.id, accessToken);
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
    expect([...new Set(users.map(({ rpc }) => rpc))]).toEqual(['provisionUser', 'eraseUser']);
    expect(users[0]!.request).toEqual({
      id: account!.id,
      email,
      displayName: 'Somebody',
      createTime: account!.createTime,
    });
    expect(users[0]!.claims).toMatchObject({ sub: 'auth', client_id: 'auth', scope: 'users:provision' });
    const resources = heard.find(({ claims }) => claims['aud'] === 'resources');
    expect(resources).toMatchObject({
      rpc: 'eraseSubject',
      request: { subject: account!.id },
      claims: { sub: 'auth', scope: 'resources:erase' },
    });
  }, 40_000);
});
