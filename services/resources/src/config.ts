import {
  count,
  port,
  readSettings,
  refuseDevelopmentSecrets,
  secretBytes,
  serviceSettings,
  type Environment,
} from '@gatehouse/config';
import { z } from 'zod';

/** The service's name: the audience of service tokens for it. */
export const SERVICE = 'resources';

const schema = z
  .object({
    ...serviceSettings,
    /** Where the contract is served. */
    GRPC_PORT: port,
    /** Of the run-time role, which may read and write rows and nothing else. */
    DATABASE_URL: z.string().min(1),
    /** Connections kept for everything but lists. */
    DATABASE_CONNECTIONS: count.default(4),
    /** Connections kept for lists, behind which nothing else has to wait. */
    DATABASE_LIST_CONNECTIONS: count.default(2),
    /** What page tokens are signed with: 32 bytes in base64, the same in every replica. */
    PAGE_TOKEN_KEY: secretBytes(32),
    /** The only issuer (`iss`) of access tokens. */
    ISSUER: z.string().min(1),
    /** The audience (`aud`) of users' access tokens. */
    API_AUDIENCE: z.string().min(1).default('gatehouse-api'),
    /** Where auth answers: `host:port`. */
    AUTH_ADDRESS: z.string().min(1),
  })
  .superRefine(refuseDevelopmentSecrets('DATABASE_URL', 'PAGE_TOKEN_KEY'));

/** Every setting of the service. */
export type ResourcesSettings = Readonly<z.output<typeof schema>>;

/** @throws ConfigFault naming every fault */
export function readResourcesSettings(environment: Environment = process.env): ResourcesSettings {
  return readSettings(schema, environment);
}
