/** A Kubernetes object, as far as every kind has the same form. */
export interface Manifest<Spec = unknown> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
  };
  readonly spec?: Spec;
  readonly [member: string]: unknown;
}

export type Labels = Readonly<Record<string, string>>;

export interface Probe {
  readonly grpc?: { readonly port: number; readonly service?: string };
  readonly httpGet?: { readonly path: string; readonly port: string | number };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly envFrom?: readonly {
    readonly configMapRef?: { readonly name: string };
    readonly secretRef?: unknown;
  }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: {
    readonly preStop?: {
      readonly sleep?: { readonly seconds: number };
      readonly exec?: { readonly command: readonly string[] };
    };
  };
  readonly resources?: { readonly requests?: Labels; readonly limits?: Labels };
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
    readonly [member: string]: unknown;
  };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

interface SecretItems {
  readonly items?: readonly { readonly key: string; readonly path: string }[];
}

export interface Volume {
  readonly name: string;
  readonly secret?: SecretItems & { readonly secretName: string };
  readonly projected?: {
    readonly sources: readonly { readonly secret?: SecretItems & { readonly name: string } }[];
  };
  readonly [source: string]: unknown;
}

export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: {
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly seccompProfile?: { readonly type: string };
  };
  readonly topologySpreadConstraints?: readonly { readonly topologyKey: string }[];
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly [member: string]: unknown;
}

/** What makes pods, and the pods that it makes. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly labels: Labels;
  readonly pod: PodSpec;
  readonly containers: readonly Container[];
}

/** The objects of one kind. */
export const ofKind = <Spec>(manifests: readonly Manifest[], kind: string): readonly Manifest<Spec>[] =>
  manifests.filter((manifest) => manifest.kind === kind) as Manifest<Spec>[];

/** Every Deployment, StatefulSet and Job. */
export function workloadsOf(manifests: readonly Manifest[]): readonly Workload[] {
  return ['Deployment', 'StatefulSet', 'Job'].flatMap((kind) =>
    ofKind<{ template: { metadata: { labels: Labels }; spec: PodSpec } }>(manifests, kind).map(
      ({ metadata, spec }) => {
        const { metadata: ofPod, spec: pod } = spec!.template;
        const containers = [...(pod.initContainers ?? []), ...pod.containers];
        return { kind, name: metadata.name, labels: ofPod.labels, pod, containers };
      },
    ),
  );
}

/** The variables that a container starts with: those of its ConfigMaps, and its own, which win. */
export function environmentOf(
  { env = [], envFrom = [] }: Container,
  manifests: readonly Manifest[],
): Readonly<Record<string, string>> {
  const maps = ofKind(manifests, 'ConfigMap');
  const shared = envFrom.map(({ configMapRef }) => {
    const map = maps.find(({ metadata }) => metadata.name === configMapRef?.name);
    if (!map) throw new Error(`no ConfigMap ${configMapRef?.name ?? ''}`);
    return map['data'] as Labels;
  });
  const own = env.map(({ name, value = '' }) => [name, value] as const);
  return Object.assign({}, ...shared, Object.fromEntries(own)) as Labels;
}
