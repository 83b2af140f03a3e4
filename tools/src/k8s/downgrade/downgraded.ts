import type { Container, Manifest, PodSpec, Probe } from '../manifest.js';

/** The groups whose resources Kubernetes 1.20 serves; those of operators are not among them. */
const KNOWN_GROUPS = new Set(['', 'apps', 'autoscaling', 'batch', 'networking.k8s.io', 'policy']);

/** What 1.20 has only as an earlier version. */
const EARLIER: Readonly<Record<string, string>> = {
  'autoscaling/v2': 'autoscaling/v2beta2',
  'policy/v1': 'policy/v1beta1',
};

/** The same question over HTTP, as kubelet 1.20 asks nothing over gRPC. */
const HTTP_PATHS: Readonly<Record<string, string>> = { liveness: '/livez', '': '/readyz' };

/**
 * Rewrites what was made for today's Kubernetes for a server of version 1.20 with one node, on which nothing provisions
 * volumes: to try manifests out where no newer server is to be had, and for nothing else.
 *
 * | today | there |
 * |---|---|
 * | resources of operators (Gateway API, cert-manager, monitoring ...) | left out |
 * | policy/v1, autoscaling/v2 | policy/v1beta1 without `unhealthyPodEvictionPolicy`, autoscaling/v2beta2 |
 * | probes of kind grpc | HTTP probes of the same port |
 * | preStop `sleep` | `exec` of node, the one program in the images |
 * | `matchLabelKeys` | left out |
 * | a volume that is claimed | one that ends with the pod |
 *
 * @throws Error about a probe that cannot be put as an HTTP one
 */
export function downgraded(manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests.filter(isKnown).map((manifest) => {
    const apiVersion = EARLIER[manifest.apiVersion] ?? manifest.apiVersion;
    return { ...(rewritten(manifest) as Manifest), apiVersion };
  });
}

function isKnown({ apiVersion }: Manifest): boolean {
  return KNOWN_GROUPS.has(apiVersion.includes('/') ? apiVersion.split('/')[0]! : '');
}

function rewritten(manifest: Manifest): object {
  const spec = manifest.spec as Readonly<Record<string, unknown>> | undefined;
  if (spec === undefined) return manifest;
  if (manifest.kind === 'PodDisruptionBudget') {
    const { unhealthyPodEvictionPolicy: _newer, ...known } = spec;
    return { ...manifest, spec: known };
  }
  const { template, volumeClaimTemplates, ...others } = spec as unknown as TemplateSpec;
  if (template === undefined) return manifest;
  const claims = (volumeClaimTemplates ?? []).map(({ metadata: { name } }) => ({ name, emptyDir: {} }));
  const pod = rewrittenPod(template.spec);
  const volumes = [...(pod.volumes ?? []), ...claims];
  return { ...manifest, spec: { ...others, template: { ...template, spec: { ...pod, volumes } } } };
}

interface TemplateSpec {
  readonly template?: { readonly spec: PodSpec };
  readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
}

function rewrittenPod(pod: PodSpec): PodSpec {
  const spread = pod.topologySpreadConstraints?.map((constraint) => {
    const { matchLabelKeys: _newer, ...known } = constraint as typeof constraint & {
      readonly matchLabelKeys?: unknown;
    };
    return known;
  });
  return {
    ...pod,
    ...(spread && { topologySpreadConstraints: spread }),
    containers: pod.containers.map(rewrittenContainer),
  };
}

function rewrittenContainer(container: Container): Container {
  const { startupProbe, livenessProbe, readinessProbe, lifecycle } = container;
  const seconds = lifecycle?.preStop?.sleep?.seconds;
  const wait = ['node', '-e', `setTimeout(() => {}, ${(seconds ?? 0) * 1_000})`];
  return {
    ...container,
    ...(startupProbe && { startupProbe: overHttp(startupProbe) }),
    ...(livenessProbe && { livenessProbe: overHttp(livenessProbe) }),
    ...(readinessProbe && { readinessProbe: overHttp(readinessProbe) }),
    ...(seconds !== undefined && { lifecycle: { preStop: { exec: { command: wait } } } }),
  };
}

function overHttp({ grpc, ...probe }: Probe): Probe {
  if (grpc === undefined) return probe;
  const path = HTTP_PATHS[grpc.service ?? ''];
  if (path === undefined) throw new Error(`a probe of ${grpc.service} has no path over HTTP`);
  return { ...probe, httpGet: { path, port: grpc.port } };
}
