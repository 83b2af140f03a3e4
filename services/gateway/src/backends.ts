import type { FileRegistry } from '@bufbuild/protobuf';
import { plainTransport, type Transport } from '@gatehouse/grpc';
import type { ChannelCredentials } from '@grpc/grpc-js';
import type { GatewaySettings } from './config.js';
import type { BackendPackage } from './rpc/rest-contract.js';
import type { Backend } from './upstream/channel-ring.js';

/** Where each package of the contract is served, and how that is reached. */
export function backendsOf(
  registry: FileRegistry,
  settings: GatewaySettings,
  { channelTo }: Pick<Transport, 'channelTo'> = plainTransport,
): readonly Backend[] {
  const places: Record<BackendPackage, { target: string; credentials: ChannelCredentials }> = {
    'gatehouse.auth.v1': { target: settings.AUTH_ADDRESS, credentials: channelTo('auth') },
    'gatehouse.users.v1': { target: settings.USERS_ADDRESS, credentials: channelTo('users') },
    'gatehouse.resources.v1': { target: settings.RESOURCES_ADDRESS, credentials: channelTo('resources') },
  };
  const files = [...registry.files];
  return Object.entries(places).map(([name, place]) => ({
    ...place,
    services: files.filter(({ proto }) => proto.package === name).flatMap(({ services }) => services),
  }));
}
