import { atMost, below, told, type Figure } from '@gatehouse/report';
import type { GatewayName } from './contestants.js';
import type { GatewayCosts } from './gateway-costs.js';
import type { RequestName } from './resources.js';
import { ratioOf, rounded, roundsOf, rowsOf, type Row } from './rows.js';

/** Whose CPU per request is set beside whose, and the goal of that, where there is one. */
const COMPARED: readonly (readonly [one: GatewayName, peer: GatewayName, goal?: number])[] = [
  ['Gatehouse', 'Go grpc-gateway, ES256 cached', 0.6],
  ['Gatehouse', 'Nest, Express, ClientGrpc, passport-jwt', 0.2],
  ['Gatehouse', 'nginx, plain proxy', 2],
  ['Gatehouse, native gRPC', 'nginx, grpc_pass'],
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
  const cpu = COMPARED.flatMap(([one, peer, goal]) => {
    const ratio = ratioOf(roundsOf(costs, 'saturated', request), 'cpuUs', one, peer);
    if (ratio === undefined) return [];
    const name = `${label}: CPU, ${one} / ${peer}`;
    return [goal === undefined ? told(name, ratio, 'x') : atMost(goal, name, ratio, 'x')];
  });
  const tail = ratioOf(roundsOf(costs, 'steady', request), 'p99', 'Gatehouse', TAIL_PEER);
  return [
    ...rows.map((row) => told(`${label}: CPU, ${row.name}`, row[request].cpuUs, 'us/request')),
    ...cpu,
    ...rows.flatMap((row) => [
      told(`${label}: rate, ${row.name}`, row[request].rate, 'requests/s'),
      told(`${label}: p50 at that rate, ${row.name}`, row[request].p50, 'ms'),
      told(`${label}: p99 at that rate, ${row.name}`, row[request].p99, 'ms'),
    ]),
    ...(tail === undefined ? [] : [atMost(1, `${label}: p99, Gatehouse / ${TAIL_PEER}`, tail, 'x')]),
  ];
}

function observedFigures(cost: GatewayCosts | undefined): Figure[] {
  if (cost?.observed === undefined) return [];
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
