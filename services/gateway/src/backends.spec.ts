import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contract } from '@gatehouse/contracts';
import { certificateName, openTransport, type ServiceName, type Transport } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { createSpecAuthority, type SpecAuthority } from '@gatehouse/testing';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { backendsOf } from './backends.js';
import { readGatewaySettings } from './config.js';
import { openUpstream } from './upstream/open-upstream.js';
import type { Upstream } from './upstream/upstream.js';
import { upstreamKinds } from './upstream/upstream-kind.js';

const BACKENDS = ['auth', 'users', 'resources'] as const;
type BackendName = (typeof BACKENDS)[number];

/** An RPC of each; that nobody implements it shows that the call arrived. */
const RPC: Readonly<Record<BackendName, string>> = {
  auth: '/gatehouse.auth.v1.KeySetService/GetKeySet',
  users: '/gatehouse.users.v1.UserService/GetUser',
  resources: '/gatehouse.resources.v1.ResourceService/GetResource',
};

describe.each(upstreamKinds)('the backends, by mutual TLS and %s', (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-tls-'));
  const files = { certificate: join(folder, 'cert'), key: join(folder, 'key'), ca: join(folder, 'ca') };
  const servers: Server[] = [];
  const ports = new Map<BackendName, number>();
  let authority: SpecAuthority;
  let transport: Transport;

  const certify = (service: ServiceName) => authority.issue({ names: [certificateName(service)] });
  const serve = async (name: BackendName) => {
    const { certificate, key } = await certify(name);
    const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) };
    const secured = ServerCredentials.createSsl(Buffer.from(authority.certificate), [pair], true);
    const server = new Server();
    servers.push(server);
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', secured, (error, bound) => (error ? reject(error) : resolve(bound))),
    );
    ports.set(name, port);
  };
  /** @param at the backend that is found at the address of each */
  const open = (at: Readonly<Record<BackendName, BackendName>>) => {
    const address = (name: BackendName) => `127.0.0.1:${ports.get(at[name])}`;
    const settings = readGatewaySettings({
      GATEHOUSE_ENVIRONMENT: 'development',
      GATEHOUSE_HEALTH_PORT: '0',
      GATEHOUSE_ISSUER: 'https://auth.example',
      GATEHOUSE_CLIENT_SECRET: 'a client secret of a spec',
      GATEHOUSE_AUTH_ADDRESS: address('auth'),
      GATEHOUSE_USERS_ADDRESS: address('users'),
      GATEHOUSE_RESOURCES_ADDRESS: address('resources'),
    });
    return openUpstream(kind, backendsOf(contract, settings, transport));
  };
  const call = (upstream: Upstream, name: BackendName) =>
    upstream.unary({
      path: RPC[name],
      request: new Uint8Array(),
      metadata: {},
      deadline: performance.now() + 10_000,
    });

  beforeAll(async () => {
    authority = await createSpecAuthority();
    const own = await certify('gateway');
    writeFileSync(files.certificate, own.certificate);
    writeFileSync(files.key, own.key);
    writeFileSync(files.ca, authority.certificate);
    const log = createLogger({ service: 'gateway', level: 'silent' });
    transport = openTransport({ service: 'gateway', files, production: true, log });
    await Promise.all(BACKENDS.map(serve));
  });
  afterAll(() => {
    transport.close();
    for (const server of servers) server.forceShutdown();
    rmSync(folder, { recursive: true });
  });

  it.each(BACKENDS)('are reached where they are: %s', async (name) => {
    const upstream = open({ auth: 'auth', users: 'users', resources: 'resources' });
    await expect(call(upstream, name)).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    upstream.close();
  });

  it.each(BACKENDS)('get no call that is meant for another: %s', async (name) => {
    const upstream = open({ auth: 'users', users: 'resources', resources: 'auth' });
    await expect(call(upstream, name)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    upstream.close();
  });
});
