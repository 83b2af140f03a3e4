import { environmentOf, ofKind, workloadsOf, type Labels, type Manifest } from './manifest.js';

interface Peer {
  readonly podSelector?: { readonly matchLabels?: Labels };
  readonly namespaceSelector?: { readonly matchLabels?: Labels };
  readonly ipBlock?: { readonly cidr: string };
}

interface Way {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port?: number }[];
}

interface PolicySpec extends Peer {
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Way[];
  readonly egress?: readonly Way[];
}

/** `from -> to:port`; the ends that are outside of the namespace are `world` and `namespace/...`. */
type Arrow = string;

/** Who may open connections to whom: as the pods that begin them are let, and as those that accept them let. */
export interface Arrows {
  readonly egress: ReadonlySet<Arrow>;
  readonly ingress: ReadonlySet<Arrow>;
}

const POSTGRES = 5432;
/** Where CloudNativePG asks its instances how they are. */
const POSTGRES_STATUS = 8000;

/** A selection without labels is everyone. */
function nameOf({ podSelector, namespaceSelector, ipBlock }: Peer): string {
  if (ipBlock) return 'world';
  if (namespaceSelector)
    return `namespace/${namespaceSelector.matchLabels?.['kubernetes.io/metadata.name'] ?? '*'}`;
  const labels = podSelector?.matchLabels ?? {};
  return labels['gatehouse.dev/part'] ?? labels['cnpg.io/cluster'] ?? '*';
}

/** What the NetworkPolicies let through. A policy type that is named without a way lets through nothing. */
export function allowedArrows(manifests: readonly Manifest[]): Arrows {
  const egress = new Set<Arrow>();
  const ingress = new Set<Arrow>();
  const everyone: readonly Peer[] = [{}];
  for (const { spec } of ofKind<PolicySpec>(manifests, 'NetworkPolicy')) {
    const self = nameOf(spec!);
    for (const { to = everyone, ports = [{}] } of spec!.egress ?? [])
      for (const peer of to)
        for (const { port = '*' } of ports) egress.add(`${self} -> ${nameOf(peer)}:${port}`);
    for (const { from = everyone, ports = [{}] } of spec!.ingress ?? [])
      for (const peer of from)
        for (const { port = '*' } of ports) ingress.add(`${nameOf(peer)} -> ${self}:${port}`);
  }
  return { egress, ingress };
}

/** What the settings need: a service its peers, whoever has a URL of a database PostgreSQL, and what is around them. */
export function neededArrows(manifests: readonly Manifest[]): Arrows {
  const arrows = [
    ...workloadsOf(manifests).flatMap(({ kind, labels, containers }) =>
      containers.flatMap((container) => {
        const settings = Object.entries(environmentOf(container, manifests));
        return settings.flatMap(([name, value]) =>
          targetsOf(name, value, kind === 'Deployment').map(
            (to) => `${nameOf({ podSelector: { matchLabels: labels } })} -> ${to}`,
          ),
        );
      }),
    ),
    '* -> namespace/kube-system:53',
    ...edgeArrows(manifests),
    ...operatorArrows(manifests),
  ];
  const isOutside = (end = '') => /^(world|namespace\/)/.test(end);
  return {
    egress: new Set(arrows.filter((arrow) => !isOutside(arrow))),
    ingress: new Set(arrows.filter((arrow) => !isOutside(arrow.split(' -> ')[1]))),
  };
}

/** Only services call others: a job that reads a service's settings for its database does not. */
function targetsOf(name: string, value: string, isService: boolean): readonly string[] {
  if (/_(DATABASE|OWNER|ADMIN)_URL_FILE$/.test(name)) return [`postgres:${POSTGRES}`];
  if (!isService) return [];
  if (name === 'GATEHOUSE_SMTP_URL_FILE') return ['world:465', 'world:587'];
  return name.endsWith('_ADDRESS') ? [value.replace('dns:///', '')] : [];
}

/** From the namespace of the Gateway that a route hangs on to what it leads to. */
function edgeArrows(manifests: readonly Manifest[]): readonly Arrow[] {
  interface RouteSpec {
    readonly parentRefs: readonly { readonly namespace: string }[];
    readonly rules: readonly {
      readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
    }[];
  }
  return ofKind<RouteSpec>(manifests, 'HTTPRoute').flatMap(({ spec }) =>
    spec!.parentRefs.flatMap(({ namespace }) =>
      spec!.rules.flatMap(({ backendRefs }) =>
        backendRefs.map(({ name, port }) => `namespace/${namespace} -> ${name}:${port}`),
      ),
    ),
  );
}

/** CloudNativePG: instances replicate, the operator asks them, and they ask the API server. */
function operatorArrows(manifests: readonly Manifest[]): readonly Arrow[] {
  return ofKind(manifests, 'Cluster').flatMap(({ metadata: { name } }) => [
    ...[POSTGRES, POSTGRES_STATUS].flatMap((port) => [
      `${name} -> ${name}:${port}`,
      `namespace/cnpg-system -> ${name}:${port}`,
    ]),
    `${name} -> world:443`,
    `${name} -> world:6443`,
  ]);
}
