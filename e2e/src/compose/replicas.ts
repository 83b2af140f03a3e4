import type { ReplicatedService } from '../stage/stage.js';
import { Container } from './container.js';
import type { NetworkName } from './overrides.js';
import type { Project } from './project.js';

/** Where each service's replicas are reached from this machine: the network, and the port there. */
const FACES: Readonly<Record<ReplicatedService, { readonly network: NetworkName; readonly port: number }>> = {
  auth: { network: 'services', port: 5001 },
  users: { network: 'services', port: 5002 },
  resources: { network: 'services', port: 5003 },
  gateway: { network: 'edge', port: 8080 },
};

/** The networks that each service's containers are in. */
const NETWORKS: Readonly<Record<ReplicatedService, readonly NetworkName[]>> = {
  auth: ['services', 'data'],
  users: ['services', 'data'],
  resources: ['services', 'data'],
  gateway: ['edge', 'services'],
};

export const REPLICATED = Object.keys(FACES) as readonly ReplicatedService[];

/** One replica of a service. */
export interface Replica {
  readonly service: ReplicatedService;
  /** Such as `resources2`. */
  readonly name: string;
  readonly container: Container;
  /** `host:port` of its face. */
  readonly address: string;
  /** What it had in each network when it was found, by the engine's name of that. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** The replicas of a service that are there, all of which must be running. */
export async function findReplicas(project: Project, service: ReplicatedService): Promise<Replica[]> {
  const ids = await project.containersOf(service);
  return Promise.all(
    ids.map(async (id, index) => {
      const container = new Container(id);
      const addresses: Record<string, string> = {};
      for (const network of NETWORKS[service].map((name) => project.network(name)))
        addresses[network] = await container.addressIn(network);
      const { network, port } = FACES[service];
      const address = `${addresses[project.network(network)]}:${port}`;
      return {
        service,
        name: index === 0 ? service : `${service}${index + 1}`,
        container,
        address,
        addresses,
      };
    }),
  );
}
