import type { ReplicatedService, Stage } from '../stage/stage.js';
import type { ComposeCluster } from './compose-cluster.js';
import { Container } from './container.js';
import type { Replica } from './replicas.js';

/** The stage of containers of the built images. A replica that is started again has the address that it had. */
export function imageStage(cluster: ComposeCluster): Stage {
  const replicaOf = (name: string): Replica => {
    const replica = cluster.replicas.find((candidate) => candidate.name === name);
    if (replica === undefined) throw new Error(`there is no replica ${name}`);
    return replica;
  };
  return {
    kind: 'images',
    facts: cluster.facts,
    replicasOf: (service: ReplicatedService) =>
      cluster.replicas.filter((replica) => replica.service === service).map(({ name }) => name),
    kill: (name) => replicaOf(name).container.kill(),
    stop: async (name) => {
      const code = await replicaOf(name).container.stop();
      if (code !== 0) throw new Error(`${name} ended with ${code}`);
    },
    start: async (name) => {
      const { container, addresses } = replicaOf(name);
      const from = new Date();
      await container.start(addresses);
      cluster.logs.follow(name, container, from);
      await container.healthy();
    },
    restartPostgres: () => restartPostgres(cluster),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

async function restartPostgres(cluster: ComposeCluster): Promise<void> {
  const postgres: Container = await cluster.postgres();
  const network = cluster.project.network('data');
  const address = await postgres.addressIn(network);
  await postgres.kill();
  await postgres.start({ [network]: address });
  await postgres.healthy();
}
