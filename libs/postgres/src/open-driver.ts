import postgres from 'postgres';
import { ARRAY_TYPES } from './array-types.js';
import type { DriverPool } from './sql.js';

/** Options of the driver, and one that its types leave out: where sockets come from. */
export interface DriverOptions extends Omit<
  postgres.Options<Record<string, never>>,
  'types' | 'fetch_types'
> {
  readonly socket?: (target: { host: string[]; port: number[] }) => unknown;
}

/**
 * Sets the driver up without connecting. Values cross as follows: int8 (and count(*)) as bigint, timestamps as
 * Date, json as values, arrays of these as arrays.
 */
export function openDriver(url: string, options: DriverOptions = {}): DriverPool {
  const types = { bigint: postgres.BigInt, ...ARRAY_TYPES };
  const settings = { onnotice: () => undefined, ...options, types, fetch_types: false };
  return postgres(
    url,
    settings as unknown as postgres.Options<Record<string, never>>,
  ) as unknown as DriverPool;
}
