import { setTimeout as delay } from 'node:timers/promises';
import { median } from '@gatehouse/report';
import { spawnPeer, type Peer } from '../peer.js';
import { interleave, type Contestant as Turn, type Measured } from '../rounds.js';
import type { HttpAnswered } from '../load/http-load.js';
import type { Requests } from '../load/requests.js';
import type { Contestant } from './contestants.js';
import type { Stage } from './stage.js';
import { usageOf, type Usage } from './usage.js';

const ROUNDS = 12;
const WARM_UP = 2;
const CALLS = 200;
/** Calls in a second: about a third of what two cores manage of the dearest. */
const RATE = 200;
/** Calls before the first round, for the compilers; as fast as they go. */
const FIRST_CALLS = 1_500;
const CONNECTIONS = 32;

/** What one round of calls measured. */
export interface CallRound extends Usage {
  readonly calls: number;
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
  readonly requestBytes: number;
}

/** What the processes do while nobody calls. */
export const IDLE = 'idle';

/** Measures all contestants under the same load, and the same processes without any. */
export async function callCosts(
  stage: Stage,
  contestants: readonly Contestant[],
  path: string,
): Promise<Measured<CallRound>> {
  const loads: Peer[] = [];
  const turn = async (contestant: Contestant): Promise<Turn<CallRound>> => {
    const load = await openLoad(contestant.site.port, CONNECTIONS);
    loads.push(load);
    await succeed(load, {
      path,
      credentials: await contestant.credentials(FIRST_CALLS),
      count: FIRST_CALLS,
      rate: 1e6,
    });
    return { name: contestant.name, round: () => callRound(stage, contestant, load, path) };
  };
  try {
    const turns: Turn<CallRound>[] = [];
    for (const contestant of contestants) turns.push(await turn(contestant));
    const [first] = contestants;
    if (first) turns.push({ name: IDLE, round: () => idleRound(stage, first) });
    return await interleave(turns, ROUNDS, WARM_UP);
  } finally {
    await Promise.all(loads.map((load) => load.stop()));
  }
}

/** A process that loads a gateway. */
export async function openLoad(port: number, connections: number): Promise<Peer> {
  const load = spawnPeer(new URL('../load/requests-process.js', import.meta.url));
  await load.ask('open', { port, connections });
  return load;
}

/** Makes requests that must all be answered. @throws Error otherwise: no figure is made of refusals */
export async function succeed(load: Peer, requests: Requests): Promise<HttpAnswered> {
  const answered = await load.ask<HttpAnswered>('run', requests);
  const [status] = Object.keys(answered.refused);
  if (status !== undefined) throw new Error(`a call was answered with status ${status}`);
  return answered;
}

async function callRound(stage: Stage, contestant: Contestant, load: Peer, path: string): Promise<CallRound> {
  // The gateway closes connections that nobody used since the last round.
  await load.ask('open', { port: contestant.site.port, connections: CONNECTIONS });
  const credentials = await contestant.credentials(CALLS);
  const requests = { path, credentials, count: CALLS, rate: RATE };
  // Callers that are known have been seen, however old this round finds their access tokens.
  if (credentials.length < CALLS) await succeed(load, { ...requests, count: credentials.length });
  const begun = performance.now();
  const [usage, { latenciesMs, bytesSent }] = await usageOf(stage, contestant.site, () =>
    succeed(load, requests),
  );
  const seconds = (performance.now() - begun) / 1_000;
  return { ...usage, calls: CALLS, seconds, latenciesMs, requestBytes: bytesSent };
}

async function idleRound(stage: Stage, { site }: Contestant): Promise<CallRound> {
  const begun = performance.now();
  const [usage] = await usageOf(stage, site, () => delay((1_000 * CALLS) / RATE));
  const seconds = (performance.now() - begun) / 1_000;
  return { ...usage, calls: 0, seconds, latenciesMs: [], requestBytes: 0 };
}

/** CPU of a call, in microseconds. */
export interface CallCpu {
  readonly services: number;
  readonly auth: number;
  readonly postgres: number;
  readonly total: number;
}

/** What each round's calls cost more than the same time without them. */
export function cpuPerCall(rounds: readonly CallRound[], idle: readonly CallRound[]): CallCpu[] {
  const perSecond = (of: (usage: Usage) => number) => median(idle.map((round) => of(round) / round.seconds));
  const net = (of: (usage: Usage) => number) => {
    const rest = perSecond(of);
    return (round: CallRound) => (of(round) - rest * round.seconds) / round.calls;
  };
  // The idle rounds are of one site; what gateways and services do unasked is next to nothing.
  const auth = net(({ authUs }) => authUs);
  const postgres = net(({ postgresUs }) => postgresUs);
  return rounds.map((round) => {
    const cpu = { services: round.servicesUs / round.calls, auth: auth(round), postgres: postgres(round) };
    return { ...cpu, total: cpu.services + cpu.auth + cpu.postgres };
  });
}
