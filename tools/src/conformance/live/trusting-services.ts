import { join } from 'node:path';
import { repositoryRoot } from '../../repository-root.js';
import type { Ports } from '../../start/config.js';
import type { ServiceSpec, Surroundings } from '../../start/services.js';
import { System } from '../../start/system.js';
import type { Trust } from '../live-system.js';

/** The services as they are shipped, but for whom they trust: the issuer of a corpus in place of auth. */
export function trustingSystem(folder: string, ports: Ports, trust: Trust, authAddress: string): System {
  const trusted = { ISSUER: trust.issuer, API_AUDIENCE: trust.audience, AUTH_ADDRESS: authAddress };
  const service = (name: 'users' | 'resources', more: (around: Surroundings) => Record<string, string>) => ({
    name,
    service: name,
    settings: (around: Surroundings) => ({
      DATABASE_URL_FILE: around.databaseUrlFiles[name],
      PAGE_TOKEN_KEY_FILE: around.secretFiles[`${name}-page-token-key`],
      ...trusted,
      ...more(around),
    }),
  });
  const services: readonly ServiceSpec[] = [
    service('users', ({ secretFiles }) => ({ CLIENT_SECRET_FILE: secretFiles['users-client-secret'] })),
    service('resources', ({ secretFiles }) => ({
      CLIENT_SECRET_FILE: secretFiles['resources-client-secret'],
    })),
    {
      name: 'gateway',
      service: 'gateway',
      settings: ({ secretFiles }) => ({
        HTTP_PORT: ports.gateway,
        CLIENT_SECRET_FILE: secretFiles['gateway-client-secret'],
        USERS_ADDRESS: `127.0.0.1:${ports.users}`,
        RESOURCES_ADDRESS: `127.0.0.1:${ports.resources}`,
        ...trusted,
      }),
    },
  ];
  const plan = {
    services,
    mainOf: (spec: ServiceSpec) => join(repositoryRoot, 'services', spec.service, 'dist', 'main.js'),
    seedBefore: async () => {},
    seedAfter: async () => {},
  };
  return new System({ folder, fresh: false, databaseUrl: undefined, ports }, plan, () => {});
}
