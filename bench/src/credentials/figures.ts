import { atMost, median, told, type Figure } from '@gatehouse/report';
import type { CallCpu } from './call-costs.js';
import type { Name } from './contestants.js';
import type { LoginStorm } from './login-storm.js';
import type { Row } from './row.js';

/** What a call of one contestant costs. */
export function costFigures(row: Row): Figure[] {
  const { name, cpu } = row;
  return [
    told(`${name}: CPU of gateway and service`, cpu.services, 'us/call'),
    told(`${name}: CPU of auth`, cpu.auth, 'us/call'),
    told(`${name}: CPU of PostgreSQL`, cpu.postgres, 'us/call'),
    told(`${name}: p50`, row.p50, 'ms'),
    told(`${name}: p99`, row.p99, 'ms'),
    told(`${name}: database queries`, row.statements, '/call'),
    told(`${name}: request`, row.requestBytes, 'bytes/call'),
    told(`${name}: gateway sends`, row.gatewayBytes, 'bytes/call'),
    told(`${name}: service sends`, row.serviceBytes, 'bytes/call'),
    told(`${name}: revoked after`, row.revokedAfter, 'ms'),
    told(`${name}: calls answered without auth`, row.withoutAuth, '%'),
    told(`${name}: calls answered without auth and its database`, row.withoutDatabase, '%'),
  ];
}

/** What Gatehouse promises beside its peers. */
export function ratioFigures(
  cpu: ReadonlyMap<string, readonly CallCpu[]>,
  rows: readonly Row[],
): readonly Figure[] {
  const ratio = (one: Name, other: Name) => {
    const others = cpu.get(other) ?? [];
    const ratios = (cpu.get(one) ?? []).map(({ total }, index) => total / (others[index]?.total ?? NaN));
    return hundredths(median(ratios));
  };
  const lost = (name: Name) => 100 - (rows.find((row) => row.name === name)?.withoutAuth ?? NaN);
  const knownWithoutAuth: Name[] = ['cookie, exchanged', 'API key, exchanged', 'JWT, seen before'];
  return [
    atMost(
      1,
      'cookie: CPU when exchanged / read on each call',
      ratio('cookie, exchanged', 'cookie, read on each call'),
      'x',
    ),
    atMost(
      1,
      'API key: CPU when exchanged / read on each call',
      ratio('API key, exchanged', 'API key, read on each call'),
      'x',
    ),
    atMost(
      0.8,
      'JWT: CPU when seen before / introspected on each call',
      ratio('JWT, seen before', 'JWT, introspected on each call'),
      'x',
    ),
    ...knownWithoutAuth.map((name) => atMost(0, `${name}: calls lost without auth`, lost(name), '%')),
  ];
}

/** What 500 logins at once do to calls whose access token is verified. */
export function stormFigures({ quiet, storm, signedIn, seconds }: LoginStorm): readonly Figure[] {
  const times = (one: number, other: number) => hundredths(one / other);
  return [
    told('500 logins at once: signed in', signedIn, 'logins'),
    told('500 logins at once: last answer after', hundredths(seconds), 's'),
    ...(['p50', 'p99'] as const).flatMap((quantile) => [
      told(`verified calls, quiet: ${quantile}`, hundredths(quiet[quantile]), 'ms'),
      told(`verified calls, 500 logins: ${quantile}`, hundredths(storm[quantile]), 'ms'),
    ]),
    told('verified calls, 500 logins: lost', hundredths(storm.lost), '%'),
    told('verified calls: CPU, 500 logins / quiet', times(storm.cpuUs, quiet.cpuUs), 'x'),
    atMost(1.2, 'verified calls: p50, 500 logins / quiet', times(storm.p50, quiet.p50), 'x'),
    atMost(1.2, 'verified calls: p99, 500 logins / quiet', times(storm.p99, quiet.p99), 'x'),
  ];
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
