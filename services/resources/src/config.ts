import {
  followerSettings,
  count,
  readSettings,
  refuseDevelopmentSecrets,
  refusePartialTls,
  secretBytes,
  grpcServiceSettings,
  type Environment,
} from '@gatehouse/config';
import { z } from 'zod';

/** The service's name: its client ID towards auth, and the audience of service tokens for it. */
export const SERVICE = 'resources';

const schema = z
  .object({
    ...grpcServiceSettings,
    ...followerSettings,
    /** Connections kept for everything but lists. */
    DATABASE_CONNECTIONS: count.default(4),
    /** Connections kept for lists, behind which nothing else has to wait. */
    DATABASE_LIST_CONNECTIONS: count.default(2),
    /** What page tokens are signed with: 32 bytes in base64, the same in every replica. */
    PAGE_TOKEN_KEY: secretBytes(32),
    /** Where auth answers: `host:port`. */
    AUTH_ADDRESS: z.string().min(1),
    /** What the service proves itself with towards auth. */
    CLIENT_SECRET: z.string().min(16).max(256),
  })
  .superRefine(refusePartialTls)
  .superRefine(refuseDevelopmentSecrets('DATABASE_URL', 'PAGE_TOKEN_KEY', 'CLIENT_SECRET'));

/** Every setting of the service. */
export type ResourcesSettings = Readonly<z.output<typeof schema>>;

/** @throws ConfigFault naming every fault */
export function readResourcesSettings(environment: Environment = process.env): ResourcesSettings {
  return readSettings(schema, environment);
}
