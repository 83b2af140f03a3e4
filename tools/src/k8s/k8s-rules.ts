import { allowedArrows, neededArrows } from './arrows.js';
import { autoscalerOf, DEPLOYMENT_RULES } from './deployment-rules.js';
import { ofKind, workloadsOf, type Manifest } from './manifest.js';
import { CONTAINER_RULES, POD_RULES } from './pod-rules.js';

/** What holds for an overlay as a whole. */
const OVERLAY_RULES: Readonly<Record<string, (manifests: readonly Manifest[]) => string | false>> = {
  'default deny': (manifests) => {
    const policies = ofKind<{ podSelector: object; policyTypes: string[] }>(manifests, 'NetworkPolicy');
    return (
      !policies.some(
        ({ spec }) =>
          Object.keys(spec!.podSelector).length === 0 &&
          spec!.policyTypes.includes('Ingress') &&
          spec!.policyTypes.includes('Egress'),
      ) && 'lets pods talk that no policy names'
    );
  },
  arrows: (manifests) => {
    const needed = neededArrows(manifests);
    const allowed = allowedArrows(manifests);
    const differences = (['egress', 'ingress'] as const).flatMap((way) => [
      ...[...needed[way]].filter((arrow) => !allowed[way].has(arrow)).map((arrow) => `no ${way} ${arrow}`),
      ...[...allowed[way]]
        .filter((arrow) => !needed[way].has(arrow))
        .map((arrow) => `needless ${way} ${arrow}`),
    ]);
    return differences.length > 0 && differences.join(', ');
  },
  namespace: (manifests) => {
    const [namespace, ...others] = ofKind(manifests, 'Namespace');
    const { name, labels } = namespace?.metadata ?? { name: '' };
    return (
      !(
        others.length === 0 &&
        labels?.['pod-security.kubernetes.io/enforce'] === 'restricted' &&
        manifests.every((manifest) => manifest === namespace || manifest.metadata.namespace === name)
      ) && 'has something outside of the one restricted namespace'
    );
  },
  connections: (manifests) => {
    const needed = workloadsOf(manifests)
      .filter(({ kind }) => kind === 'Deployment')
      // One replica more while they are replaced.
      .map(
        (deployment) =>
          ((autoscalerOf(deployment, manifests)?.maxReplicas ?? 0) + 1) * connectionsOf(deployment.name),
      )
      .reduce((sum, connections) => sum + connections, 0);
    return needed > maxConnections(manifests) && `needs ${needed} connections`;
  },
};

/**
 * The connections that a replica keeps by default: its pools, and one for each channel that it listens on. auth: 8
 * for calls, 2 for the revocation feed, 3 that listen. users and resources: 4 for calls and 2 for lists.
 */
const CONNECTIONS: Readonly<Record<string, number>> = { auth: 13, users: 6, resources: 6, gateway: 0 };

function connectionsOf(service: string): number {
  return CONNECTIONS[service] ?? Infinity;
}

function maxConnections(manifests: readonly Manifest[]): number {
  interface ClusterSpec {
    readonly postgresql: { readonly parameters: { readonly max_connections: string } };
  }
  const [cluster] = ofKind<ClusterSpec>(manifests, 'Cluster');
  if (cluster) return Number(cluster.spec!.postgresql.parameters.max_connections);
  const server = workloadsOf(manifests).find(({ name }) => name === 'postgres')?.containers[0];
  return Number(/max_connections=(\d+)/.exec(server?.args?.join(' ') ?? '')?.[1] ?? 0);
}

/** What is wrong with an overlay, as `rule: what`; empty when nothing is. */
export function breachesOf(manifests: readonly Manifest[]): string[] {
  const breach = (rule: string, name: string, found: string | false) =>
    found === false ? [] : [`${rule}: ${name} ${found}`];
  const workloads = workloadsOf(manifests);
  return [
    ...workloads.flatMap((workload) => [
      ...Object.entries(POD_RULES).flatMap(([rule, check]) =>
        breach(rule, workload.name, check(workload, manifests)),
      ),
      ...workload.containers.flatMap((container) =>
        Object.entries(CONTAINER_RULES).flatMap(([rule, check]) =>
          breach(rule, `${workload.name}/${container.name}`, check(container, workload, manifests)),
        ),
      ),
    ]),
    ...workloads
      .filter(({ kind }) => kind === 'Deployment')
      .flatMap((deployment) =>
        Object.entries(DEPLOYMENT_RULES).flatMap(([rule, check]) =>
          breach(rule, deployment.name, check(deployment, manifests)),
        ),
      ),
    ...Object.entries(OVERLAY_RULES).flatMap(([rule, check]) =>
      breach(rule, 'the overlay', check(manifests)),
    ),
  ];
}
