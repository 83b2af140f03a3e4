import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { callersOf, certificateName, httpCallersOf, serviceNames } from '@gatehouse/grpc/client';
import { parse } from 'yaml';
import { repositoryRoot } from '../repository-root.js';
import { DEMO_ACCOUNTS } from '../seed/accounts.js';
import { allowedArrows } from './arrows.js';
import { breachesOf } from './k8s-rules.js';
import { readKustomized } from './kustomize.js';
import { patched } from './json-patch.js';
import type { Manifest } from './manifest.js';
import { withOverlays } from './spec/overlays.js';

const OURS: readonly string[] = [...serviceNames].sort();

const [dev, prod] = await withOverlays((folder) =>
  Promise.all(['dev', 'prod'].map((overlay) => readKustomized(join(folder, overlay)))),
);
const overlays: readonly (readonly [string, readonly Manifest[]])[] = [
  ['dev', dev!],
  ['prod', prod!],
];

/** The overlay for development, unless another is given, with one member of one object changed. */
const changed = (kind: string, name: string, path: string, value: unknown, all = dev!): readonly Manifest[] =>
  all.map((manifest) =>
    manifest.kind === kind && manifest.metadata.name === name
      ? (patched(manifest, { op: 'add', path, value }) as Manifest)
      : manifest,
  );
const without = (kind: string, name: string, all = dev!) =>
  all.filter((manifest) => manifest.kind !== kind || manifest.metadata.name !== name);

const POD = '/spec/template/spec';
const CONTAINER = `${POD}/containers/0`;
const toEveryone = [{ to: [{ podSelector: {} }], ports: [{ port: 5001 }] }];

describe.each(overlays)('the overlay %s', (_name, manifests) => {
  it('keeps the rules', () => {
    expect(breachesOf(manifests)).toEqual([]);
  });

  it('deploys every service', () => {
    const deployed = manifests
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ metadata }) => metadata.name);
    expect(deployed.sort()).toEqual(OURS);
  });

  it('lets those services talk whose certificates are taken, and those their databases', () => {
    const { egress, ingress } = allowedArrows(manifests);
    const ports: Readonly<Record<string, number>> = { auth: 5001, users: 5002, resources: 5003 };
    const expected = [
      ...serviceNames.flatMap((to) => callersOf(to).map((from) => `${from} -> ${to}:${ports[to]}`)),
      ...httpCallersOf('auth').map((from) => `${from} -> auth:5101`),
      ...Object.keys(ports).map((from) => `${from} -> postgres:5432`),
    ];
    const ofServices = (arrows: ReadonlySet<string>) =>
      [...arrows].filter((arrow) => OURS.includes(arrow.split(' ')[0]!) && !/world|namespace/.test(arrow));
    expect(ofServices(egress).sort()).toEqual(expected.sort());
    expect(ofServices(ingress).sort()).toEqual(expected);
  });
});

describe('the rules', () => {
  it.each<[string, readonly Manifest[]]>([
    ['image: auth', changed('Deployment', 'auth', `${CONTAINER}/image`, 'gatehouse/auth:latest')],
    ['image: auth', changed('Deployment', 'auth', `${CONTAINER}/image`, 'registry:5000/gatehouse/auth')],
    ['limits: users', changed('Deployment', 'users', `${CONTAINER}/resources/limits`, { cpu: '1' })],
    ['limits: migrate-auth', changed('Job', 'migrate-auth', `${POD}/initContainers/0/resources`, {})],
    ['probes: postgres', changed('StatefulSet', 'postgres', `${CONTAINER}/livenessProbe`, undefined)],
    [
      'restricted container: users',
      changed('Deployment', 'users', `${CONTAINER}/securityContext/readOnlyRootFilesystem`, false),
    ],
    [
      'restricted container: users',
      changed('Deployment', 'users', `${CONTAINER}/securityContext/capabilities/add`, ['NET_RAW']),
    ],
    [
      'restricted container: users',
      changed('Deployment', 'users', `${CONTAINER}/securityContext/privileged`, true),
    ],
    ['restricted pod: users', changed('Deployment', 'users', `${POD}/securityContext/runAsUser`, 0)],
    ['restricted pod: users', changed('Deployment', 'users', `${POD}/hostNetwork`, true)],
    [
      'restricted pod: users',
      changed('Deployment', 'users', `${POD}/volumes/-`, { name: 'host', hostPath: { path: '/' } }),
    ],
    ['account: gateway', changed('Deployment', 'gateway', `${POD}/automountServiceAccountToken`, true)],
    ['account: gateway', changed('ServiceAccount', 'gateway', '/automountServiceAccountToken', true)],
    ['account: gateway', without('ServiceAccount', 'gateway')],
    ['service links: gateway', changed('Deployment', 'gateway', `${POD}/enableServiceLinks`, true)],
    ['plain secret: users', changed('ConfigMap', 'users', '/data/GATEHOUSE_CLIENT_SECRET', 'x')],
    [
      'plain secret: users',
      changed('Deployment', 'users', `${CONTAINER}/env`, [
        { name: 'X', valueFrom: { secretKeyRef: { name: 'users', key: 'client-secret' } } },
      ]),
    ],
    [
      'secret mount: users',
      changed('ConfigMap', 'users', '/data/GATEHOUSE_CLIENT_SECRET_FILE', '/run/secrets/gatehouse/x'),
    ],
    ['secret mount: users', without('Secret', 'users')],
    [
      'last known: users',
      changed('ConfigMap', 'users', '/data/GATEHOUSE_LAST_KNOWN_FILE', '/run/secrets/gatehouse/x'),
    ],
    ['last known: users', changed('ConfigMap', 'users', '/data/GATEHOUSE_LAST_KNOWN_FILE', '/var/x')],
    [
      'owner rights: users',
      changed('Deployment', 'users', `${POD}/volumes`, [
        { name: 'secrets', secret: { secretName: 'users-owner' } },
      ]),
    ],
    ['replicas: auth', changed('HorizontalPodAutoscaler', 'auth', '/spec/minReplicas', 1)],
    ['replicas: auth', changed('Deployment', 'auth', '/spec/replicas', 2)],
    ['replicas: auth', without('HorizontalPodAutoscaler', 'auth')],
    ['disruption budget: auth', without('PodDisruptionBudget', 'auth')],
    ['disruption budget: auth', changed('PodDisruptionBudget', 'auth', '/spec/maxUnavailable', 2)],
    ['rolling: users', changed('Deployment', 'users', '/spec/strategy/rollingUpdate/maxUnavailable', 1)],
    ['spread: users', changed('Deployment', 'users', `${POD}/topologySpreadConstraints`, [])],
    ['drain: users', changed('Deployment', 'users', `${POD}/terminationGracePeriodSeconds`, 30)],
    ['drain: users', changed('Deployment', 'users', `${CONTAINER}/lifecycle`, {})],
    ['drain: users', changed('Deployment', 'users', `${CONTAINER}/lifecycle/preStop/sleep/seconds`, 5)],
    ['drain: users', changed('ConfigMap', 'settings', '/data/GATEHOUSE_DRAIN_TIMEOUT_MS', '40000')],
    ['service: users', changed('Service', 'users', '/spec/clusterIP', '10.96.0.7')],
    ['service: users', changed('ConfigMap', 'users', '/data/GATEHOUSE_GRPC_PORT', '6002')],
    ['service: auth', changed('ConfigMap', 'auth', '/data/GATEHOUSE_HTTP_PORT', '6101')],
    [
      'probed ports: users',
      changed('Deployment', 'users', `${CONTAINER}/readinessProbe`, { grpc: { port: 1 } }),
    ],
    [
      'probed ports: users',
      changed('Deployment', 'users', `${CONTAINER}/livenessProbe/grpc`, { port: 9000 }),
    ],
    ['client address: users', changed('ConfigMap', 'users', '/data/GATEHOUSE_TRUSTED_PROXIES', undefined)],
    ['edge: auth', changed('ConfigMap', 'auth', '/data/GATEHOUSE_GRPC_EDGE', 'on')],
    ['edge: users', changed('ConfigMap', 'users', '/data/GATEHOUSE_GRPC_EDGE', 'off', prod!)],
    ['edge: users', without('BackendTLSPolicy', 'users', prod!)],
    ['edge: users', without('GRPCRoute', 'grpc', prod!)],
    ['no ingress namespace/edge -> users:5002', without('NetworkPolicy', 'edge-to-users', prod!)],
    ['metrics: auth', changed('Service', 'auth', '/metadata/labels', {}, prod!)],
    ['no ingress namespace/monitoring -> gateway:9000', without('NetworkPolicy', 'observability', prod!)],
    ['needless ingress namespace/monitoring -> auth:9000', without('ServiceMonitor', 'gatehouse', prod!)],
    [
      'no egress auth -> namespace/tracing:4318',
      changed('ConfigMap', 'settings', '/data/GATEHOUSE_TRACES_URL', 'http://tempo.tracing:4318/v1/traces'),
    ],
    ['default deny: the overlay', without('NetworkPolicy', 'default-deny')],
    ['no ingress auth -> users:5002', without('NetworkPolicy', 'users')],
    ['needless egress users -> *:5001', changed('NetworkPolicy', 'users', '/spec/egress', toEveryone)],
    ['needless egress gateway -> *:*', changed('NetworkPolicy', 'gateway', '/spec/egress', [{}])],
    ['needless ingress * -> auth:*', changed('NetworkPolicy', 'auth', '/spec/ingress', [{}])],
    ['no egress auth -> world:443', without('NetworkPolicy', 'web', prod!)],
    ['no egress auth -> world:587', changed('ConfigMap', 'auth', '/data/GATEHOUSE_SMTP_URL_FILE', '/x')],
    [
      'namespace: the overlay',
      changed('Namespace', 'gatehouse', '/metadata/labels', {
        'pod-security.kubernetes.io/enforce': 'baseline',
      }),
    ],
    ['namespace: the overlay', changed('Service', 'auth', '/metadata/namespace', 'default')],
    ['connections: the overlay', changed('HorizontalPodAutoscaler', 'auth', '/spec/maxReplicas', 20)],
  ])('would refuse: %s', (breach, manifests) => {
    expect(breachesOf(manifests)).toContainEqual(expect.stringContaining(breach));
  });
});

describe('the overlay dev', () => {
  it.each(serviceNames)('gives %s a certificate of its own', (service) => {
    const secret = dev!.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === `${service}-tls`);
    const { 'tls.crt': certificate = '' } = secret!['data'] as Record<string, string>;
    const names = new X509Certificate(Buffer.from(certificate, 'base64')).subjectAltName;
    expect(names).toBe(`DNS:${certificateName(service)}`);
  });

  it('seeds the accounts that npm start seeds', () => {
    const accounts = dev!.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'demo-accounts',
    );
    const { 'demo-accounts.json': text = '' } = accounts!['data'] as Record<string, string>;
    expect(JSON.parse(text)).toEqual(DEMO_ACCOUNTS);
  });

  it('runs the PostgreSQL and the images that the local cluster runs', async () => {
    const compose = parse(await readFile(join(repositoryRoot, 'docker-compose.yml'), 'utf8'), {
      merge: true,
    }) as {
      services: Record<string, { image: string; profiles?: string[] }>;
    };
    const always = Object.values(compose.services).filter(({ profiles }) => profiles === undefined);
    const images = always.map(({ image }) => image.replace(/\$\{\w+:-(.*)\}/, '$1'));
    const run = JSON.stringify(dev).match(/(?<="image":")[^"]+/g) ?? [];
    expect([...new Set(run)].sort()).toEqual([...new Set(images)].sort());
  });
});

describe('the overlay prod', () => {
  it('holds no secret, and runs no demo', () => {
    const kinds = new Set(prod!.map(({ kind }) => kind));
    expect(kinds.has('Secret')).toBe(false);
    expect(prod!.some(({ metadata }) => metadata.name === 'seed')).toBe(false);
  });

  it.each(serviceNames)('gives %s a certificate of its own', (service) => {
    const certificate = prod!.find(
      ({ kind, metadata }) => kind === 'Certificate' && metadata.name === service,
    );
    expect(certificate?.spec).toMatchObject({
      secretName: `${service}-tls`,
      dnsNames: [certificateName(service)],
      issuerRef: { name: 'authority' },
    });
  });

  it('wakes somebody for what the local cluster does', async () => {
    const alerts = parse(
      await readFile(join(repositoryRoot, 'deploy/observability/alerts.yaml'), 'utf8'),
    ) as object;
    expect(prod!.find(({ kind }) => kind === 'PrometheusRule')?.spec).toEqual(alerts);
  });

  it('acknowledges a write when a standby has it', () => {
    const cluster = prod!.find(({ kind }) => kind === 'Cluster');
    expect(cluster?.spec).toMatchObject({
      instances: 3,
      postgresql: { synchronous: { number: 1, dataDurability: 'required' } },
    });
  });
});
