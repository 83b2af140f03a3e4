import { atMost, below, told, type Figure } from '@gatehouse/report';
import { median } from '../median.js';
import type { GatewayName } from './contestants.js';
import type { GatewayCosts } from './gateway-costs.js';
import type { GatewayRound } from './measure.js';
import type { RequestName } from './resources.js';
import { rounded, roundsOf, rowsOf, type Row } from './rows.js';

/** Goals of CPU per request, beside each peer. */
const CPU_GOALS: readonly (readonly [GatewayName, number])[] = [
  ['Go grpc-gateway, ES256 cached', 0.6],
  ['Nest, Express, ClientGrpc, passport-jwt', 0.2],
  ['nginx, plain proxy', 2],
];

/** Whose tail is the bound for that of Gatehouse. */
const TAIL_PEER: GatewayName = 'Go grpc-gateway, ES256 cached';

const RSS_GOAL_MB = 250;

/** What the gateways cost, over several stages. */
export function gatewayFigures(costs: readonly GatewayCosts[]): readonly Figure[] {
  const rows = rowsOf(costs);
  return [
    ...(['get', 'list'] as const).flatMap((request) => requestFigures(costs, rows, request)),
    ...rows.map(({ name, residentMb }) =>
      name === 'Gatehouse'
        ? below(RSS_GOAL_MB, `RSS, ${name}`, residentMb, 'MB')
        : told(`RSS, ${name}`, residentMb, 'MB'),
    ),
    ...observedFigures(costs.at(-1)),
  ];
}

function requestFigures(
  costs: readonly GatewayCosts[],
  rows: readonly Row[],
  request: RequestName,
): Figure[] {
  const label = request === 'get' ? 'GET one' : 'list twenty';
  const ratio = (phase: 'saturated' | 'steady', peer: GatewayName, what: keyof GatewayRound) => {
    const measured = roundsOf(costs, phase, request);
    const peers = measured.get(peer) ?? [];
    const ratios = (measured.get('Gatehouse') ?? []).map(
      (round, index) => round[what] / (peers[index]?.[what] ?? NaN),
    );
    return rounded(median(ratios), 2);
  };
  const isThere = (peer: GatewayName) => rows.some(({ name }) => name === peer);
  return [
    ...rows.map((row) => told(`${label}: CPU, ${row.name}`, row[request].cpuUs, 'us/request')),
    ...CPU_GOALS.filter(([peer]) => isThere(peer)).map(([peer, goal]) =>
      atMost(goal, `${label}: CPU, Gatehouse / ${peer}`, ratio('saturated', peer, 'cpuUs'), 'x'),
    ),
    ...rows.flatMap((row) => [
      told(`${label}: rate, ${row.name}`, row[request].rate, 'requests/s'),
      told(`${label}: p50 at that rate, ${row.name}`, row[request].p50, 'ms'),
      told(`${label}: p99 at that rate, ${row.name}`, row[request].p99, 'ms'),
    ]),
    ...(isThere(TAIL_PEER)
      ? [atMost(1, `${label}: p99, Gatehouse / ${TAIL_PEER}`, ratio('steady', TAIL_PEER, 'p99'), 'x')]
      : []),
  ];
}

function observedFigures(cost: GatewayCosts | undefined): Figure[] {
  if (cost === undefined) return [];
  const { cpu, allocated } = cost.observed;
  const all = [...allocated.values()].reduce((sum, kilobytes) => sum + kilobytes, 0);
  return [
    told('GET one: allocated by Gatehouse', rounded(all, 1), 'kB/request'),
    ...[...allocated].map(([part, kilobytes]) =>
      told(`GET one: allocated in ${part}`, rounded(kilobytes, 2), 'kB/request'),
    ),
    ...[...cpu].map(([part, percent]) => told(`GET one: CPU in ${part}`, rounded(percent, 1), '%')),
  ];
}
