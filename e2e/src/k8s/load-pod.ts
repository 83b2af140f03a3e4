import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PART = 'load';
const labels = { 'gatehouse.dev/part': PART };
const GATEWAY_PORT = 8080;

/** Whom the load signs in: may read, write and see a profile. */
export interface LoadAccount {
  readonly email: string;
  readonly password: string;
}

/** The name of the pod that makes the load. */
export const LOAD_POD = PART;

/**
 * What makes the load from inside the cluster, as its other clients would: a pod with the program, let through to the
 * gateway and to nothing else.
 *
 * @param image one that has node, such as the gateway's own
 */
export async function loadPod(image: string, { email, password }: LoadAccount): Promise<readonly object[]> {
  const program = await readFile(fileURLToPath(new URL('load-program.js', import.meta.url)), 'utf8');
  const toGateway = { ports: [{ port: GATEWAY_PORT }] };
  const gateway = { podSelector: { matchLabels: { 'gatehouse.dev/part': 'gateway' } } };
  const load = { podSelector: { matchLabels: labels } };
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: PART, labels },
      data: { 'load-program.mjs': program },
    },
    policy(PART, { ...load, policyTypes: ['Egress'], egress: [{ to: [gateway], ...toGateway }] }),
    policy('load-to-gateway', {
      ...gateway,
      policyTypes: ['Ingress'],
      ingress: [{ from: [load], ...toGateway }],
    }),
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: LOAD_POD, labels },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 1000,
          runAsGroup: 1000,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [
          {
            name: PART,
            image,
            command: [
              ...['node', '/run/load/load-program.mjs'],
              ...[`http://gateway:${GATEWAY_PORT}`, email, password],
            ],
            resources: {
              requests: { cpu: '100m', memory: '128Mi' },
              limits: { cpu: '1', memory: '256Mi' },
            },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
            volumeMounts: [{ name: 'program', mountPath: '/run/load', readOnly: true }],
          },
        ],
        volumes: [{ name: 'program', configMap: { name: PART } }],
      },
    },
  ];
}

function policy(name: string, spec: object): object {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, labels }, spec };
}
