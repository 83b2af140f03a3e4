import type { FileRegistry } from '@bufbuild/protobuf';
import type { GatewaySettings } from './config.js';
import type { BackendPackage } from './rpc/rest-contract.js';
import type { Backend } from './upstream/channel-ring.js';

/** Where each package of the contract is served. */
export function backendsOf(registry: FileRegistry, settings: GatewaySettings): readonly Backend[] {
  const targets: Record<BackendPackage, string> = {
    'gatehouse.auth.v1': settings.AUTH_ADDRESS,
    'gatehouse.users.v1': settings.USERS_ADDRESS,
    'gatehouse.resources.v1': settings.RESOURCES_ADDRESS,
  };
  const files = [...registry.files];
  return Object.entries(targets).map(([name, target]) => ({
    target,
    services: files.filter(({ proto }) => proto.package === name).flatMap(({ services }) => services),
  }));
}
