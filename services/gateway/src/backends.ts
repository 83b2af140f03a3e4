import type { FileRegistry } from '@bufbuild/protobuf';
import { plainTransport, type ServiceName, type Transport } from '@gatehouse/grpc';
import type { GatewaySettings } from './config.js';
import type { BackendPackage } from './rpc/rest-contract.js';
import type { Backend } from './upstream/backend.js';

/** Where each package of the contract is served, and how that is reached. */
export function backendsOf(
  registry: FileRegistry,
  settings: GatewaySettings,
  transport: Pick<Transport, 'channelTo' | 'dialerTo'> = plainTransport,
): readonly Backend[] {
  const places: Record<BackendPackage, readonly [service: ServiceName, target: string]> = {
    'gatehouse.auth.v1': ['auth', settings.AUTH_ADDRESS],
    'gatehouse.users.v1': ['users', settings.USERS_ADDRESS],
    'gatehouse.resources.v1': ['resources', settings.RESOURCES_ADDRESS],
  };
  const files = [...registry.files];
  return Object.entries(places).map(([name, [service, target]]) => ({
    target,
    credentials: transport.channelTo(service),
    dialer: transport.dialerTo(service),
    services: files.filter(({ proto }) => proto.package === name).flatMap(({ services }) => services),
  }));
}
