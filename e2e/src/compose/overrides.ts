import { join } from 'node:path';
import { hostAddressIn } from './subnets.js';

/** The networks of docker-compose.yml by which containers reach each other, and this machine reaches them. */
export const NETWORKS = ['edge', 'services', 'data'] as const;
export type NetworkName = (typeof NETWORKS)[number];

/** Where a cluster's own secrets, certificates, mails and logs are. */
export interface ClusterFolders {
  readonly secrets: string;
  readonly certificates: string;
  readonly mails: string;
  readonly logs: string;
}

/** The secret files that docker-compose.yml names. */
const SECRETS = [
  ...['postgres-password', 'postgres-admin-url', 'auth-database-url', 'auth-owner-url'],
  ...['auth-key-sealing-key', 'auth-audit-chain-key', 'users-database-url', 'users-owner-url'],
  ...['users-page-token-key', 'users-client-secret', 'resources-database-url', 'resources-owner-url'],
  ...['resources-page-token-key', 'resources-client-secret', 'gateway-client-secret'],
  ...['google-client-secret', 'github-client-secret'],
];

/** For machines that run much else: a gate is no place to judge how soon something starts. */
const START = '240s';

const CERTIFIED = ['auth', 'users', 'resources', 'gateway'];

/**
 * How a cluster of the specs differs from docker-compose.yml, as a second compose file: other secrets, certificates
 * and addresses, patience, and limits for hundreds of people who register within minutes at one address.
 */
export function overrides(folders: ClusterFolders, subnets: Readonly<Record<NetworkName, string>>): object {
  const services = Object.fromEntries(
    CERTIFIED.map((service) => [
      service,
      {
        volumes: [`${join(folders.certificates, service)}:/run/certificates:ro`],
        healthcheck: { start_period: START },
      },
    ]),
  );
  return {
    services: {
      ...services,
      auth: {
        ...services['auth'],
        environment: { GATEHOUSE_LIMIT_SCALE: 1_000 },
      },
    },
    networks: Object.fromEntries(
      NETWORKS.map((name) => [name, { ipam: { config: [{ subnet: subnets[name] }] } }]),
    ),
    secrets: Object.fromEntries(SECRETS.map((name) => [name, { file: join(folders.secrets, name) }])),
  };
}

/** Where auth finds the specs' mail server: on this machine, as the network of the databases sees it. */
export function smtpUrl(subnets: Readonly<Record<NetworkName, string>>, port: number): string {
  return `smtp://${hostAddressIn(subnets.data)}:${port}?requireTLS=false`;
}
