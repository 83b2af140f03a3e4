import { environmentOf, ofKind, workloadsOf, type Labels, type Manifest } from './manifest.js';

interface Peer {
  readonly podSelector?: {
    readonly matchLabels?: Labels;
    readonly matchExpressions?: readonly {
      readonly key: string;
      readonly operator: string;
      readonly values: readonly string[];
    }[];
  };
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

/** The namespace of whatever reads metrics and gathers traces. */
const MONITORING = 'monitoring';

/** A selection without labels is everyone. @throws Error about one that is not understood */
function namesOf({ podSelector, namespaceSelector, ipBlock }: Peer): readonly string[] {
  if (ipBlock) return ['world'];
  if (namespaceSelector)
    return [`namespace/${namespaceSelector.matchLabels?.['kubernetes.io/metadata.name'] ?? '*'}`];
  const { matchLabels = {}, matchExpressions = [] } = podSelector ?? {};
  const [expression, ...more] = matchExpressions;
  if (expression === undefined)
    return [matchLabels['gatehouse.dev/part'] ?? matchLabels['cnpg.io/cluster'] ?? '*'];
  if (more.length > 0 || expression.operator !== 'In' || expression.key !== 'gatehouse.dev/part')
    throw new Error(`${JSON.stringify(podSelector)} is not understood`);
  return expression.values;
}

/** What the NetworkPolicies let through. A policy type that is named without a way lets through nothing. */
export function allowedArrows(manifests: readonly Manifest[]): Arrows {
  const egress = new Set<Arrow>();
  const ingress = new Set<Arrow>();
  const everyone: readonly Peer[] = [{}];
  for (const { spec } of ofKind<PolicySpec>(manifests, 'NetworkPolicy')) {
    for (const self of namesOf(spec!)) {
      for (const { to = everyone, ports = [{}] } of spec!.egress ?? [])
        for (const peer of to.flatMap(namesOf))
          for (const { port = '*' } of ports) egress.add(`${self} -> ${peer}:${port}`);
      for (const { from = everyone, ports = [{}] } of spec!.ingress ?? [])
        for (const peer of from.flatMap(namesOf))
          for (const { port = '*' } of ports) ingress.add(`${peer} -> ${self}:${port}`);
    }
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
            (to) => `${labels['gatehouse.dev/part']} -> ${to}`,
          ),
        );
      }),
    ),
    '* -> namespace/kube-system:53',
    ...edgeArrows(manifests),
    ...clientArrows(manifests),
    ...monitorArrows(manifests),
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
  if (name === 'GATEHOUSE_IDENTITY_PROVIDERS_FILE') return ['world:443'];
  if (name === 'GATEHOUSE_TRACES_URL') return [collectorOf(new URL(value))];
  return name.endsWith('_ADDRESS') ? [value.replace('dns:///', '')] : [];
}

/** `service.namespace` is how a name of another namespace is written. */
function collectorOf({ hostname, port }: URL): string {
  const [, namespace = ''] = hostname.split('.');
  return `namespace/${namespace}:${port}`;
}

/** From the namespace of the Gateway that a route hangs on to what it leads to. */
function edgeArrows(manifests: readonly Manifest[]): readonly Arrow[] {
  interface RouteSpec {
    readonly parentRefs: readonly { readonly namespace: string }[];
    readonly rules: readonly {
      readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
    }[];
  }
  const routes = ['HTTPRoute', 'GRPCRoute'].flatMap((kind) => ofKind<RouteSpec>(manifests, kind));
  return routes.flatMap(({ spec }) =>
    spec!.parentRefs.flatMap(({ namespace }) =>
      spec!.rules.flatMap(({ backendRefs }) =>
        backendRefs.map(({ name, port }) => `namespace/${namespace} -> ${name}:${port}`),
      ),
    ),
  );
}

/** Whoever is reached from outside may have apps of others, whose keys auth reads and whose back channels it tells. */
function clientArrows(manifests: readonly Manifest[]): readonly Arrow[] {
  return ofKind(manifests, 'HTTPRoute').length > 0 ? ['auth -> world:443'] : [];
}

/** From Prometheus to the replicas behind the Services that a monitor selects. */
function monitorArrows(manifests: readonly Manifest[]): readonly Arrow[] {
  interface MonitorSpec {
    readonly selector: { readonly matchLabels: Labels };
    readonly endpoints: readonly { readonly port: string }[];
  }
  interface ServiceSpec {
    readonly ports: readonly { readonly name: string; readonly port: number }[];
  }
  return ofKind<MonitorSpec>(manifests, 'ServiceMonitor').flatMap(({ spec }) => {
    const wanted = Object.entries(spec!.selector.matchLabels);
    const names = spec!.endpoints.map(({ port }) => port);
    return ofKind<ServiceSpec>(manifests, 'Service')
      .filter(({ metadata: { labels } }) => wanted.every(([name, value]) => labels?.[name] === value))
      .flatMap(({ metadata, spec: service }) =>
        service!.ports
          .filter(({ name }) => names.includes(name))
          .map(({ port }) => `namespace/${MONITORING} -> ${metadata.name}:${port}`),
      );
  });
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
