import { Injectable, Module } from '@nestjs/common';
import { contract } from '@gatehouse/contracts';
import { ProvisioningServiceClient, ProvisioningServiceService } from '@gatehouse/contracts/users';
import { Channel, type Dialer } from '@gatehouse/http2-grpc';
import type { Logger } from '@gatehouse/telemetry';
import type { ChannelCredentials } from '@grpc/grpc-js';
import {
  callUnary,
  openClient,
  RpcController,
  startService,
  type RpcHandlers,
  type RunningService,
  type ServerKind,
  type Transport,
} from '../../index.js';

@RpcController(ProvisioningServiceService)
@Injectable()
class Provisioning implements RpcHandlers<typeof ProvisioningServiceService> {
  async provisionUser() {
    return {};
  }
  async eraseUser() {
    return {};
  }
  async describeUser() {
    return { displayName: '' };
  }
}

@Module({ controllers: [Provisioning] })
class DirectoryModule {}

/** A service that answers whomever its transport lets in. */
export function startDirectory(
  transport: Transport,
  log: Logger,
  server?: ServerKind,
): Promise<RunningService> {
  return startService({
    module: DirectoryModule,
    definitions: [ProvisioningServiceService],
    guard: () => ({ canActivate: () => true }),
    host: '127.0.0.1',
    port: 0,
    healthPort: 0,
    reflection: false,
    drainTimeoutMs: 400,
    transport,
    server,
    log,
  });
}

const ID = '7f5a3ad4-52ab-4a41-8c0c-3d8f6f1f9b10';
const TIMEOUT_MS = 10_000;

/** Calls it once, on a connection of its own. */
export async function callDirectory(port: number, channel: ChannelCredentials): Promise<void> {
  const client = openClient(ProvisioningServiceClient, `127.0.0.1:${port}`, contract, channel);
  const call = callUnary(client.eraseUser.bind(client), { id: ID }, { timeoutMs: TIMEOUT_MS });
  await call.finally(() => client.close());
}

/** The same by another client. */
export async function dialDirectory(port: number, dialer: Dialer): Promise<void> {
  const channel = new Channel({
    target: `ipv4:127.0.0.1:${port}`,
    use: 'calls',
    dialer,
    isIdempotent: () => false,
  });
  const { path, requestSerialize } = ProvisioningServiceService.eraseUser;
  const deadline = performance.now() + TIMEOUT_MS;
  const call = channel.unary({ path, request: requestSerialize({ id: ID }), metadata: {}, deadline });
  await call.finally(() => channel.close());
}
