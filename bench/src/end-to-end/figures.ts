import { atMost, median, told, type Figure } from '@gatehouse/report';
import type { LoadCosts } from '../gateway/load-costs.js';
import type { GatewayRound } from '../gateway/measure.js';
import type { RequestName } from '../gateway/resources.js';
import { ratioOf, rounded, roundsOf } from '../gateway/rows.js';
import type { StackName } from './stacks.js';

/** What the stacks cost on one stage. */
export interface StackCosts extends LoadCosts {
  readonly residentMb: ReadonlyMap<StackName, number>;
}

/** Goals beside Go, of the sum of both processes. */
const CPU_GOAL = 0.7;
const TAIL_GOAL = 1.2;

/** What the stacks cost, over several stages. */
export function stackFigures(costs: readonly StackCosts[]): readonly Figure[] {
  const names = [...(costs[0]?.residentMb.keys() ?? [])];
  const resident = (name: StackName) => median(costs.map(({ residentMb }) => residentMb.get(name) ?? NaN));
  return [
    ...(['get', 'list'] as const).flatMap((request) => requestFigures(costs, names, request)),
    ...names.map((name) => told(`RSS, ${name}`, rounded(resident(name), 0), 'MB')),
  ];
}

function requestFigures(
  costs: readonly StackCosts[],
  names: readonly StackName[],
  request: RequestName,
): Figure[] {
  const label = request === 'get' ? 'GET one' : 'list twenty';
  const [saturated, steady] = [roundsOf(costs, 'saturated', request), roundsOf(costs, 'steady', request)];
  const us = (name: StackName, of: (round: GatewayRound) => number) =>
    rounded(median((saturated.get(name) ?? []).map(of)), 1);
  const atRate = (name: StackName, what: 'rate' | 'p50' | 'p99') =>
    rounded(median((steady.get(name) ?? []).map((round) => round[what])), what === 'rate' ? 0 : 2);
  const beside = (goal: number, what: string, ratio: number | undefined) =>
    ratio === undefined ? [] : [atMost(goal, `${label}: ${what}, Gatehouse / Go`, ratio, 'x')];
  return [
    ...names.flatMap((name) => [
      told(
        `${label}: CPU of the gateway, ${name}`,
        us(name, ({ firstUs }) => firstUs),
        'us/request',
      ),
      told(
        `${label}: CPU of the service, ${name}`,
        us(name, ({ cpuUs, firstUs }) => cpuUs - firstUs),
        'us/request',
      ),
      told(
        `${label}: CPU of both, ${name}`,
        us(name, ({ cpuUs }) => cpuUs),
        'us/request',
      ),
      told(`${label}: rate, ${name}`, atRate(name, 'rate'), 'requests/s'),
      told(`${label}: p50 at that rate, ${name}`, atRate(name, 'p50'), 'ms'),
      told(`${label}: p99 at that rate, ${name}`, atRate(name, 'p99'), 'ms'),
    ]),
    ...beside(CPU_GOAL, 'CPU of both', ratioOf(saturated, 'cpuUs', 'Gatehouse', 'Go')),
    ...beside(TAIL_GOAL, 'p99', ratioOf(steady, 'p99', 'Gatehouse', 'Go')),
  ];
}
