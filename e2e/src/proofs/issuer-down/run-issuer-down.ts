import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@gatehouse/testing';
import { GrpcClients } from '../../client/grpc-clients.js';
import type { Outcome } from '../../client/outcome.js';
import { PATIENCE_MS } from '../../client/patience.js';
import { newPerson, signedIn, withRole, type Person } from '../../client/person.js';
import { RestClient, succeeded } from '../../client/rest-client.js';
import type { Stage } from '../../stage/stage.js';
import { signInDemo } from '../../system/system-facts.js';
import { gatewayPlaces, isAdmitted, lenientPlaces, strictPlaces } from '../places.js';
import { countOf, lastMs, Showing } from '../showing.js';
import { attemptLogins, type Logins } from './attempt-logins.js';

/** What the absence of auth has shown. Times are in milliseconds. */
export interface IssuerDownResult {
  /** Calls with an access token that was issued before; how many were refused, and how many not answered otherwise. */
  readonly calls: number;
  readonly refused: number;
  readonly unanswered: number;
  /** Calls with one that was revoked before, and how many of them were let through. */
  readonly endedCalls: number;
  readonly endedAdmitted: number;
  /** Logins while auth is away. */
  readonly logins: Logins;
  /** How long a replica of resources that was killed meanwhile took to be ready again. */
  readonly readyMs: number;
  /** Of the calls at that replica once it was reached again: those refused that are good, those admitted that are not. */
  readonly restartedCalls: number;
  readonly restartedWrong: number;
  /** When the last login was refused, and the last call of a strict method, after auth was ready again. */
  readonly loginsBackMs: number;
  readonly strictBackMs: number;
}

export interface IssuerDownOptions {
  readonly downMs: number;
  /** Sign-ins whose access tokens are shown in turn: most have not been seen where they are shown. */
  readonly signIns: number;
  readonly loginsPerSecond: number;
}

const PAUSE_MS = 25;
/** Longer than what is known takes to be written down. */
const SETTLE_MS = 4_000;
/** For how long is watched whether all is well again. */
const WATCH_MS = 3_000;

/** Stops every replica of auth for a while, and in the middle of it kills and starts a replica of resources. */
export async function runIssuerDown(stage: Stage, options: IssuerDownOptions): Promise<IssuerDownResult> {
  const { facts } = stage;
  const grpc = new GrpcClients(facts.addresses);
  try {
    const { person, good, ended } = await signInsOf(stage, options.signIns);
    const [victim = ''] = stage.replicasOf('resources').slice(-1);
    const [lenient, strict] = [lenientPlaces(grpc, facts), strictPlaces(grpc, facts)];
    const restarted = lenient.filter(
      ({ name }) => name === `resources ${facts.addresses.resources.length - 1}`,
    );
    const steady = [...lenient.filter((place) => !restarted.includes(place)), ...gatewayPlaces(facts)];
    let turn = 0;
    const next = () => good[turn++ % good.length] as string;
    await using load = new Showing(steady, next, PAUSE_MS);
    await using late = new Showing(steady, () => ended, PAUSE_MS);
    await using atVictim = new Showing(restarted, next, PAUSE_MS);
    await using lateAtVictim = new Showing(restarted, () => ended, PAUSE_MS);
    await Promise.all([load, atVictim].map((showing) => showing.everywhere(true, PATIENCE_MS)));
    await Promise.all([late, lateAtVictim].map((showing) => showing.everywhere(false, PATIENCE_MS)));
    await delay(SETTLE_MS);

    const from = performance.now();
    await Promise.all(stage.replicasOf('auth').map((replica) => stage.stop(replica)));
    const attempts = attemptLogins(facts, person, options.loginsPerSecond, options.downMs);
    await delay(options.downMs / 2);
    await stage.kill(victim);
    const killedAt = performance.now();
    await stage.start(victim);
    const readyAt = performance.now();
    // Whoever called it while it was away waits a moment before connecting again.
    await atVictim.everywhere(true, PATIENCE_MS);
    const servesAt = performance.now();
    const logins = await attempts;
    await using acting = new Showing(strict, next, PAUSE_MS);
    await using signingIn = new Showing([loginPlace(facts.addresses.gateway, person)], () => '', PAUSE_MS);
    await Promise.all(stage.replicasOf('auth').map((replica) => stage.start(replica)));
    const backAt = performance.now();
    await Promise.all([acting, signingIn].map((showing) => showing.everywhere(true, PATIENCE_MS)));
    await delay(WATCH_MS);

    const [atVictimAfter, lateAfter] = [atVictim.since(servesAt), lateAtVictim.since(servesAt)];
    return {
      calls: load.since(from).length,
      refused: countOf(load.since(from), isRefused),
      unanswered: countOf(load.since(from), (outcome) => !isAdmitted(outcome) && !isRefused(outcome)),
      endedCalls: late.since(from).length,
      endedAdmitted: countOf(late.since(from), isAdmitted) + countOf(lateAtVictim.since(from), isAdmitted),
      logins,
      readyMs: readyAt - killedAt,
      restartedCalls: atVictimAfter.length,
      restartedWrong: countOf(atVictimAfter, isRefused) + countOf(lateAfter, isAdmitted),
      loginsBackMs: lastMs(signingIn.shown, backAt, (outcome) => !isAdmitted(outcome)),
      strictBackMs: lastMs(acting.shown, backAt, (outcome) => !isAdmitted(outcome)),
    };
  } finally {
    grpc.close();
  }
}

/** Whether it was said that the principal may not. */
function isRefused({ code }: Outcome): boolean {
  return code === 'UNAUTHENTICATED' || code === 'PERMISSION_DENIED';
}

/** Access tokens of several sign-ins of somebody who may do what the places ask for, and one that was ended. */
async function signInsOf({ facts }: Stage, count: number) {
  const rest = new RestClient(facts.addresses.gateway);
  const person = await withRole(
    rest,
    await signInDemo(facts, 'admin'),
    await newPerson(rest, 'Issuer'),
    'admin',
  );
  await eventually(async () => succeeded(await rest.as(person.accessToken).get('/v1/users/me')), PATIENCE_MS);
  const good: string[] = [];
  for (let made = 0; made < count; made++) good.push((await signedIn(rest, person)).accessToken);
  const { accessToken: ended, refreshToken } = await signedIn(rest, person);
  succeeded(await rest.as(ended).post('/v1/auth/logout', { refreshToken }));
  return { person, good, ended };
}

/** Signing in, as something that can be shown to work. */
function loginPlace(url: string, { email, password }: Person) {
  const show = async () => {
    const { status } = await new RestClient(url).post('/v1/auth/login', { email, password });
    return status === 200
      ? ({ code: 'OK', reason: '' } as const)
      : ({ code: 'UNAVAILABLE', reason: '' } as const);
  };
  return { name: 'login', show };
}
