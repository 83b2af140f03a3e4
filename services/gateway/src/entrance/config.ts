import { port, readSettings, serviceSettings, type Environment } from '@gatehouse/config';
import { z } from 'zod';

const schema = z.object({
  ...serviceSettings,
  /** Where callers connect. */
  ENTRANCE_PORT: port,
  /** The name that resolves to every gateway, and the port of their HTTP face. */
  GATEWAY_HOST: z.string().min(1),
  GATEWAY_PORT: port.min(1),
});

/** Every setting of the entrance. */
export type EntranceSettings = Readonly<z.output<typeof schema>>;

/** @throws ConfigFault naming every missing, wrong and unknown setting */
export function readEntranceSettings(environment: Environment = process.env): EntranceSettings {
  return readSettings(schema, environment);
}
