import { DEPLOYED } from '../deployed.js';
import { startGatehouse, startGoGateway, type Gateway } from '../gateway/contestants.js';
import type { GatewayStart } from '../gateway/gateway-start.js';
import type { Loaded } from '../gateway/measure.js';
import { replies } from '../gateway/resources.js';
import type { Compared } from '../gateway/same-answers.js';
import type { GoPrograms } from '../go/build-go.js';
import { startGo } from '../go/start-go.js';
import { spawnPeer } from '../peer.js';
import { pin, SERVER_CORE } from '../pin.js';

/** What is compared. */
export type StackName = 'Gatehouse' | 'Go';

/** A gateway, which is asked and is the first of the processes, and the service behind it. Both verify access tokens. */
export interface Stack extends Loaded {
  readonly name: StackName;
  /** Both, each to be asked by itself. */
  readonly members: readonly Compared[];
  stop(): Promise<void>;
}

/** A service that runs. */
interface Service {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the stacks that this machine can run. @param go undefined where there is no Go */
export async function startStacks(
  start: GatewayStart,
  go: GoPrograms | undefined,
): Promise<readonly Stack[]> {
  const gatehouse = await stackOf('Gatehouse', await startService(start), start, (before) =>
    startGatehouse('Gatehouse', 'REST', before),
  );
  if (go === undefined) return [gatehouse];
  try {
    const service = await startGoService(start, go);
    const behind = (before: GatewayStart) =>
      startGoGateway('Go grpc-gateway, ES256 cached', go, before, true);
    return [gatehouse, await stackOf('Go', service, start, behind)];
  } catch (error) {
    await gatehouse.stop();
    throw error;
  }
}

async function stackOf(
  name: StackName,
  service: Service,
  start: GatewayStart,
  startGateway: (start: GatewayStart) => Promise<Gateway>,
): Promise<Stack> {
  const ports = { ...start.ports, grpc: service.port };
  const gateway = await startGateway({ ...start, ports }).catch(async (error: unknown) => {
    await service.stop();
    throw error;
  });
  const { port, protocol, pids } = gateway;
  return {
    name,
    port,
    protocol,
    pids: [...pids, service.pid],
    members: [
      gateway,
      { name: `the service of ${name}`, port: service.port, protocol: 'gRPC', verifies: true },
    ],
    stop: async () => void (await Promise.all([gateway.stop(), service.stop()])),
  };
}

async function startService({ publicKey }: GatewayStart): Promise<Service> {
  const peer = spawnPeer(new URL('./service-process.js', import.meta.url), DEPLOYED);
  const port = await peer.ask<number>('start', publicKey);
  pin(peer.pid, SERVER_CORE);
  return { port, pid: peer.pid, stop: () => peer.stop() };
}

function startGoService({ publicKey }: GatewayStart, go: GoPrograms): Promise<Service> {
  const { GetResource, ListResources } = replies();
  const args = [`-get=${GetResource.toString('base64')}`, `-list=${ListResources.toString('base64')}`];
  return startGo(go.service, publicKey, true, args);
}
