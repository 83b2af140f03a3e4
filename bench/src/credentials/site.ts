import { spawnPeer, type Peer } from '../peer.js';
import type { GatewayStart } from './gateway-process.js';
import type { ServiceStart } from './service-process.js';
import type { Stage } from './stage.js';

/** A gateway and the resources service behind it, each a process of its own. */
export interface Site {
  /** Of the gateway. */
  readonly port: number;
  readonly gateway: Peer;
  readonly service: Peer;
}

/** Where nothing is listened to by others: any free port. */
const ANY_PORT = { GATEHOUSE_HEALTH_PORT: '0' };

/**
 * Starts a gateway and a service with the settings that they have in the system, and beside it.
 *
 * @param asks whom the service asks who calls
 */
export async function openSite({ running }: Stage, asks: ServiceStart['asks']): Promise<Site> {
  const { system } = running;
  const gateway = spawnPeer(new URL('./gateway-process.js', import.meta.url));
  const service = spawnPeer(new URL('./service-process.js', import.meta.url));
  const servicePort = await service.ask<number>('start', {
    environment: { ...system.settingsOf('resources'), ...ANY_PORT, GATEHOUSE_GRPC_PORT: '0' },
    asks,
  } satisfies ServiceStart);
  const port = await gateway.ask<number>('start', {
    environment: {
      ...system.settingsOf('gateway'),
      ...ANY_PORT,
      GATEHOUSE_HTTP_PORT: '0',
      GATEHOUSE_RESOURCES_ADDRESS: `127.0.0.1:${servicePort}`,
    },
    passesOn: asks !== 'nobody',
  } satisfies GatewayStart);
  return { port, gateway, service };
}

export async function closeSite({ gateway, service }: Site): Promise<void> {
  await Promise.all([gateway.stop(), service.stop()]);
}
