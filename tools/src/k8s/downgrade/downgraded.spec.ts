import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readKustomized } from '../kustomize.js';
import { ofKind, workloadsOf, type Manifest } from '../manifest.js';
import { withOverlays } from '../spec/overlays.js';
import { downgraded } from './downgraded.js';

const [dev, prod] = await withOverlays((folder) =>
  Promise.all(['dev', 'prod'].map((overlay) => readKustomized(join(folder, overlay)))),
);
const overlays = [
  ['dev', dev!],
  ['prod', prod!],
] as const;

/** What a server of version 1.20 would refuse, or drop, at any depth. */
const UNKNOWN = ['grpc', 'sleep', 'matchLabelKeys', 'unhealthyPodEvictionPolicy', 'volumeClaimTemplates'];

function members(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...members(member)]);
}

const deployment = (container: object): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'spec' },
  spec: { template: { spec: { containers: [{ name: 'spec', image: 'spec:1', ...container }] } } },
});
const containerOf = (manifest: Manifest) => {
  const [rewritten] = downgraded([manifest]);
  return (rewritten as Manifest<{ template: { spec: { containers: object[] } } }>).spec!.template.spec
    .containers[0];
};

describe.each(overlays)('the overlay %s for Kubernetes 1.20', (_name, manifests) => {
  it('has only kinds that it serves, in versions that it has', () => {
    const versions = new Set(downgraded(manifests).map(({ apiVersion }) => apiVersion));
    const known = [
      'apps/v1',
      'autoscaling/v2beta2',
      'batch/v1',
      'networking.k8s.io/v1',
      'policy/v1beta1',
      'v1',
    ];
    expect([...versions].sort()).toEqual(known);
  });

  it('has no member that it does not know', () => {
    const found = new Set(
      downgraded(manifests).flatMap(({ kind, spec }) => (kind === 'ConfigMap' ? [] : members(spec))),
    );
    expect(UNKNOWN.filter((name) => found.has(name))).toEqual([]);
  });

  it('still asks every replica how it is, and lets it end in its own time', () => {
    for (const { kind, containers } of workloadsOf(downgraded(manifests))) {
      if (kind !== 'Deployment') continue;
      const [{ livenessProbe, readinessProbe, lifecycle }] = containers as [(typeof containers)[number]];
      expect(livenessProbe?.httpGet?.path).toBe('/livez');
      expect(readinessProbe?.httpGet?.path).toBe('/readyz');
      expect(lifecycle?.preStop?.exec?.command).toEqual(['node', '-e', 'setTimeout(() => {}, 12000)']);
    }
  });

  it('leaves everything else as it is', () => {
    const kinds = ['NetworkPolicy', 'ConfigMap', 'Secret', 'Service', 'ServiceAccount', 'Namespace'];
    for (const kind of kinds) expect(ofKind(downgraded(manifests), kind)).toEqual(ofKind(manifests, kind));
  });
});

describe('downgraded', () => {
  it('puts a question of kind grpc as one over HTTP', () => {
    const timing = { periodSeconds: 7 };
    const probes = {
      livenessProbe: { ...timing, grpc: { port: 9000, service: 'liveness' } },
      readinessProbe: { ...timing, grpc: { port: 9000 } },
    };
    expect(containerOf(deployment(probes))).toMatchObject({
      livenessProbe: { ...timing, httpGet: { path: '/livez', port: 9000 } },
      readinessProbe: { ...timing, httpGet: { path: '/readyz', port: 9000 } },
    });
  });

  it('refuses one about a service that has no path', () => {
    const probe = { livenessProbe: { grpc: { port: 9000, service: 'other' } } };
    expect(() => downgraded([deployment(probe)])).toThrow('other');
  });

  it('gives a claimed volume for as long as the pod lasts', () => {
    const postgres = workloadsOf(downgraded(dev!)).find(({ name }) => name === 'postgres');
    expect(postgres?.pod.volumes).toContainEqual({ name: 'data', emptyDir: {} });
  });
});
