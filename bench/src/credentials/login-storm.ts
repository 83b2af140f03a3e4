import { quantile } from '@gatehouse/report';
import { DEMO_ACCOUNTS } from '@gatehouse/tools/start';
import type { Answered } from '../load/requests.js';
import type { Peer } from '../peer.js';
import { openLoad } from './call-costs.js';
import type { Contestant } from './contestants.js';

const LOGINS = 500;
const RATE = 100;
/** Calls of a piece; pieces follow each other as long as something lasts. */
const PIECE = 50;
const QUIET_PIECES = 16;

/** Latency of calls whose access token is verified, in milliseconds, and their CPU in microseconds. */
export interface Verified {
  readonly p50: number;
  readonly p99: number;
  /** Of gateway and service. */
  readonly cpuUs: number;
  /** Calls that were not answered well, in percent. */
  readonly lost: number;
}

export interface LoginStorm {
  readonly quiet: Verified;
  /** While 500 people sign in at once. */
  readonly storm: Verified;
  /** How many of them were signed in. */
  readonly signedIn: number;
  /** How long that took. */
  readonly seconds: number;
}

/**
 * Measures verified calls before and during 500 logins at once.
 *
 * @param gateways base URLs of other gateways, which the logins come in by: what a gateway itself has to do for 500
 *   connections at once is no matter of verification
 */
export async function loginStorm(
  contestant: Contestant,
  path: string,
  gateways: readonly string[],
): Promise<LoginStorm> {
  const load = await openLoad(contestant.site.port, 64);
  const verified = async (goesOn: () => boolean) => verifiedCalls(contestant, load, path, goesOn);
  const pieces = (count: number) => () => count-- > 0;
  try {
    await verified(pieces(4));
    const quiet = await verified(pieces(QUIET_PIECES));
    const begun = performance.now();
    let seconds = 0;
    const logins = manyLogins(gateways).finally(() => {
      seconds = (performance.now() - begun) / 1_000;
    });
    const storm = await verified(() => seconds === 0);
    const signedIn = await logins;
    return { quiet, storm, signedIn, seconds };
  } finally {
    await load.stop();
  }
}

async function verifiedCalls(
  { site, credentials }: Contestant,
  load: Peer,
  path: string,
  goesOn: () => boolean,
): Promise<Verified> {
  const latenciesMs: number[] = [];
  let made = 0;
  const cpu = async () => {
    const times = await Promise.all(
      [site.gateway, site.service].map((peer) => peer.ask<NodeJS.CpuUsage>('cpu')),
    );
    return times.reduce((sum, { user, system }) => sum + user + system, 0);
  };
  const requests = { path, credentials: await credentials(PIECE), count: PIECE, rate: RATE };
  const before = await cpu();
  while (goesOn()) {
    const answered = await load.ask<Answered>('run', requests);
    latenciesMs.push(...answered.latenciesMs);
    made += PIECE;
  }
  const cpuUs = ((await cpu()) - before) / made;
  const lost = (100 * (made - latenciesMs.length)) / made;
  return { p50: quantile(latenciesMs, 0.5), p99: quantile(latenciesMs, 0.99), cpuUs, lost };
}

/** @returns how many were signed in; others waited for longer than a call may take */
async function manyLogins(gateways: readonly string[]): Promise<number> {
  const logins = Array.from({ length: LOGINS }, (_, index) =>
    login(gateways[index % gateways.length] as string, index),
  );
  return (await Promise.all(logins)).filter(Boolean).length;
}

async function login(gateway: string, index: number): Promise<boolean> {
  const account = DEMO_ACCOUNTS[index % DEMO_ACCOUNTS.length];
  try {
    const response = await fetch(`${gateway}/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'grpc-timeout': '30S' },
      body: JSON.stringify({ email: account?.email, password: account?.password }),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
