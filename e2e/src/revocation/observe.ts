import { setTimeout as delay } from 'node:timers/promises';
import type { Outcome } from '../client/outcome.js';
import { attempts, heldAttempts, PROTOCOLS, refreshed, type Attempt, type Protocol } from './attempts.js';
import {
  BOUND_MS,
  isRefreshing,
  STREAMS,
  type Effect,
  type Holding,
  type Refreshing,
  type StreamHolding,
} from './effects.js';
import type { Faces } from './faces.js';
import { SHOWN, type Holder, type Shown } from './holder.js';

/** Room for a machine that does much else, in milliseconds: the proof of the bound itself is a measurement. */
const SLACK_MS = 4_000;
const LATEST_MS = BOUND_MS + SLACK_MS;

/** Between two attempts at one replica. */
const PAUSE_MS = 50;

/** What somebody holds, at one face of the system. */
export interface Cell {
  readonly holding: Holding;
  readonly protocol: Protocol;
}

/** Uses everything that a holder has in every way, before the cause. @returns what is not good */
export async function goodBefore(faces: Faces, holder: Holder): Promise<readonly string[]> {
  const all = SHOWN.flatMap((holding) => [
    ...PROTOCOLS.flatMap((protocol) => attempts(faces, holder, holding, protocol)),
    ...heldAttempts(faces, holder, holding),
  ]);
  const read = await Promise.all(all.map((attempt) => attempt('read')));
  const over = Object.values(holder.streams).flatMap(({ REST, gRPC }) => [REST.end, gRPC.end]);
  const faults = [
    ...read.flatMap((outcome) => unless(outcome, 'OK')),
    ...over.flatMap((end) => (end ? [`a stream ended: ${end.outcome.code}`] : [])),
  ];
  if (!holder.isAdmin) return faults;
  const ways = PROTOCOLS.flatMap((protocol) => attempts(faces, holder, 'cookie', protocol));
  const deleted = await Promise.all(ways.map((attempt) => attempt('delete')));
  return [...faults, ...deleted.flatMap((outcome) => unless(outcome, 'NOT_FOUND'))];
}

/**
 * Looks what becomes of a holding.
 *
 * @param since when the cause was answered, on the monotonic clock
 * @param settled resolves when everything that ends has ended: what goes on is looked at then
 * @returns what is not as expected
 */
export async function faultsOf(
  faces: Faces,
  holder: Holder,
  { holding, protocol }: Cell,
  effect: Effect,
  since: number,
  settled: Promise<unknown>,
): Promise<readonly string[]> {
  if (isStream(holding)) return streamFaults(holder, holding, protocol, effect, since, settled);
  if (effect === 'ends') {
    if (isRefreshing(holding)) {
      const outcome = await refreshed(faces, holder, holding, protocol);
      return typeof outcome === 'function' ? ['refreshed'] : unless(outcome, 'UNAUTHENTICATED');
    }
    const held = protocol === 'gRPC' ? heldAttempts(faces, holder, holding) : [];
    const ways = [...attempts(faces, holder, holding, protocol), ...held];
    return faultsOfAll(ways, (attempt) => lastRead(attempt, since), 'UNAUTHENTICATED');
  }
  await settled;
  const ways = await waysOf(faces, holder, holding, protocol);
  if (!Array.isArray(ways)) return [`refused: ${ways.code} ${ways.reason}`];
  const reading = await faultsOfAll(ways, (attempt) => attempt('read'), 'OK');
  if (effect === 'goes on') return reading;
  return [...reading, ...(await faultsOfAll(ways, (attempt) => attempt('delete'), 'PERMISSION_DENIED'))];
}

async function waysOf(
  faces: Faces,
  holder: Holder,
  holding: Shown | Refreshing,
  protocol: Protocol,
): Promise<Attempt[] | Outcome> {
  if (!isRefreshing(holding)) return attempts(faces, holder, holding, protocol);
  const attempt = await refreshed(faces, holder, holding, protocol);
  return typeof attempt === 'function' ? [attempt] : attempt;
}

async function streamFaults(
  { streams }: Holder,
  holding: StreamHolding,
  protocol: Protocol,
  effect: Effect,
  since: number,
  settled: Promise<unknown>,
): Promise<readonly string[]> {
  const stream = streams[STREAMS[holding]][protocol];
  if (effect !== 'ends') {
    await settled;
    return stream.end === undefined ? [] : [`ended: ${stream.end.outcome.code}`];
  }
  const patience = delay(Math.max(0, since + LATEST_MS - performance.now()));
  const end = await Promise.race([stream.ended, patience]);
  return end ? unless(end.outcome, 'UNAUTHENTICATED') : [`still open after ${LATEST_MS} ms`];
}

/** Reads again and again, for as long as that is good and the bound is not over. */
async function lastRead(attempt: Attempt, since: number): Promise<Outcome> {
  for (;;) {
    const begun = performance.now();
    const outcome = await attempt('read');
    if (outcome.code !== 'OK' || begun > since + LATEST_MS) return outcome;
    await delay(PAUSE_MS);
  }
}

async function faultsOfAll(
  ways: readonly Attempt[],
  outcomeOf: (attempt: Attempt) => Promise<Outcome>,
  expected: Outcome['code'],
): Promise<readonly string[]> {
  const outcomes = await Promise.all(ways.map(outcomeOf));
  return outcomes.flatMap((outcome, replica) =>
    unless(outcome, expected).map((fault) => `way ${replica}: ${fault}`),
  );
}

function unless({ code, reason }: Outcome, expected: Outcome['code']): string[] {
  return code === expected ? [] : [`${code} ${reason} instead of ${expected}`];
}

function isStream(holding: Holding): holding is StreamHolding {
  return holding in STREAMS;
}
