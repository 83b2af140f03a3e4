import {
  DEVELOPMENT_SECRET_PREFIX,
  port,
  readSettings,
  serviceSettings,
  type Environment,
} from '@gatehouse/config';
import { z } from 'zod';

const schema = z.object({
  ...serviceSettings,
  /** A fake lets in whoever says who they are: it is for development alone. */
  ENVIRONMENT: z.literal('development'),
  /** Whom to play. */
  PROVIDER: z.enum(['google', 'github']),
  PORT: port,
  /** What browsers and auth call it; where it listens unless given. */
  ORIGIN: z.url().optional(),
  /** The origin of the gateway, which browsers come from and go back to. */
  GATEWAY: z.url(),
  /** What auth proves itself with. Marked, so that no production takes it. */
  CLIENT_SECRET: z.string().startsWith(DEVELOPMENT_SECRET_PREFIX),
});

/** Every setting of a fake provider. */
export type FakeSettings = Readonly<z.output<typeof schema>>;

/** @throws ConfigFault naming every fault */
export function readFakeSettings(environment: Environment = process.env): FakeSettings {
  return readSettings(schema, environment);
}
