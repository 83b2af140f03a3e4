import type { Gateway } from './contestants.js';
import { measureRound } from './measure.js';
import type { Places } from './observation.js';
import { partOf, type Part } from './parts.js';
import type { GatewayStage } from './stage.js';

/** Where a request costs what. */
export interface Observed {
  /** Percent of the CPU, by part. */
  readonly cpu: ReadonlyMap<Part, number>;
  /** Kilobytes allocated by a request, by part. */
  readonly allocated: ReadonlyMap<Part, number>;
}

/** Requests that are observed. */
const COUNT = 10_000;

/** Looks into Gatehouse while it is asked for one resource again and again. */
export async function observeGateway(
  { load, credentials }: GatewayStage,
  gateway: Gateway,
): Promise<Observed> {
  const observe = async (what: 'cpu' | 'allocation') => {
    await gateway.peer?.ask('observe', what);
    await measureRound(load, gateway, { request: 'get', credentials: credentials(), count: COUNT });
    return (await gateway.peer?.ask<Places>('observed')) ?? {};
  };
  const cpu = byPart(await observe('cpu'));
  cpu.delete('idle');
  const spent = [...cpu.values()].reduce((sum, us) => sum + us, 0);
  const allocated = byPart(await observe('allocation'));
  return {
    cpu: mapValues(cpu, (us) => (us / spent) * 100),
    allocated: mapValues(allocated, (bytes) => bytes / COUNT / 1e3),
  };
}

function byPart(places: Places): Map<Part, number> {
  const parts = new Map<Part, number>();
  for (const [place, value] of Object.entries(places)) {
    const part = partOf(place);
    parts.set(part, (parts.get(part) ?? 0) + value);
  }
  return new Map([...parts].sort(([, a], [, b]) => b - a));
}

function mapValues<Key>(map: ReadonlyMap<Key, number>, change: (value: number) => number): Map<Key, number> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
