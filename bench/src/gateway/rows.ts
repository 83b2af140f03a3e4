import { median } from '@gatehouse/report';
import type { Measured } from '../rounds.js';
import type { GatewayName } from './contestants.js';
import type { GatewayCosts } from './gateway-costs.js';
import type { LoadCosts } from './load-costs.js';
import type { GatewayRound } from './measure.js';
import type { RequestName } from './resources.js';

/** What was measured of one gateway, rounded as it is shown. */
export interface Row {
  readonly name: GatewayName;
  readonly get: RequestRow;
  readonly list: RequestRow;
  /** Megabytes, at the end. */
  readonly residentMb: number;
}

/** What one request of a kind costs. */
export interface RequestRow {
  /** Microseconds per request, saturated. */
  readonly cpuUs: number;
  /** Requests per second at which its times were taken, and those, in milliseconds. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

/** One row for each gateway, over all stages. */
export function rowsOf(costs: readonly GatewayCosts[]): readonly Row[] {
  const names = [...(costs[0]?.residentMb.keys() ?? [])];
  const requestRow = (name: GatewayName, request: RequestName): RequestRow => {
    const of = (phase: 'saturated' | 'steady', what: keyof GatewayRound) =>
      median((roundsOf(costs, phase, request).get(name) ?? []).map((round) => round[what]));
    return {
      cpuUs: rounded(of('saturated', 'cpuUs'), 1),
      rate: rounded(of('steady', 'rate'), 0),
      p50: rounded(of('steady', 'p50'), 2),
      p99: rounded(of('steady', 'p99'), 2),
    };
  };
  return names.map((name) => ({
    name,
    get: requestRow(name, 'get'),
    list: requestRow(name, 'list'),
    residentMb: rounded(median(costs.map(({ residentMb }) => residentMb.get(name) ?? NaN)), 0),
  }));
}

/** The rounds of all stages; the same index is the same time. */
export function roundsOf(
  costs: readonly LoadCosts[],
  phase: 'saturated' | 'steady',
  request: RequestName,
): Measured<GatewayRound> {
  const all = costs.map((cost) => cost[phase][request]);
  const names = [...(all[0]?.keys() ?? [])];
  return new Map(names.map((name) => [name, all.flatMap((measured) => measured.get(name) ?? [])]));
}

/** The median over the rounds of a ratio within one round, rounded; undefined where one of the two is not there. */
export function ratioOf(
  measured: Measured<GatewayRound>,
  what: keyof GatewayRound,
  one: string,
  peer: string,
): number | undefined {
  const [ones, peers] = [measured.get(one), measured.get(peer)];
  if (ones === undefined || peers === undefined) return undefined;
  return rounded(median(ones.map((round, index) => round[what] / (peers[index]?.[what] ?? NaN))), 2);
}

/** A number with so many decimals at most. */
export function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
