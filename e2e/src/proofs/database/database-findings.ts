import { quantile } from '@gatehouse/report';
import { failures } from '../load/load-figures.js';
import type { CallOutcome } from '../load/mixed-load.js';
import { latencies, type Sent } from '../load/open-load.js';
import type { DatabaseResult, Disturbance } from './run-database.js';

/** How long after a disturbance its consequences may last, in milliseconds. */
export const RECOVERY_MS = 5_000;

/** What an outage may be answered with; `NO_ANSWER` is none. */
const OUTAGE = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED']);

/** What the calls say of what was done to the database. Times are in milliseconds. */
export interface DatabaseFindings {
  /** By kind: the latest that a call failed after such a disturbance was over. */
  readonly recoveredMs: Readonly<Record<Disturbance['kind'], number>>;
  readonly failed: number;
  /** Calls that failed and were not due in a disturbance or within {@link RECOVERY_MS} after it. */
  readonly failedOutside: number;
  /** Calls that failed with anything but an outage. */
  readonly failedOtherwise: number;
  /** How long answers took that said that something is unavailable, where nobody tried again by themselves. */
  readonly unavailableP99Ms: number;
  /** Of calls about people while resources are locked: how many failed, and p99 against the quiet beginning. */
  readonly othersFailed: number;
  readonly othersP99Ms: number;
  readonly othersQuietP99Ms: number;
}

type Call = Sent<CallOutcome>;

export function databaseFindings({ load, disturbances, quietUntilMs }: DatabaseResult): DatabaseFindings {
  const failed = failures(load.sent);
  const wasDueIn = (call: Call, { fromMs, toMs }: Disturbance, afterMs = 0) =>
    call.endMs >= fromMs && call.atMs <= toMs + afterMs;
  const recovered = (kind: Disturbance['kind']) => {
    const ends = disturbances.filter((disturbance) => disturbance.kind === kind);
    const late = ends.flatMap((disturbance) => {
      const next = disturbances.find(({ fromMs }) => fromMs > disturbance.toMs)?.fromMs ?? Infinity;
      return failed
        .filter((call) => wasDueIn(call, disturbance, 2 * RECOVERY_MS) && call.endMs < next)
        .map(({ atMs }) => atMs - disturbance.toMs);
    });
    return Math.max(0, ...late);
  };
  const ofPeople = load.sent.filter(({ outcome }) => /Profile$/.test(outcome.rpc));
  const locks = disturbances.filter(({ kind }) => kind === 'locks');
  const duringLocks = ofPeople.filter(({ atMs }) =>
    locks.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs),
  );
  const unavailable = failed.filter(({ outcome }) => outcome.code === 'UNAVAILABLE' && !outcome.idempotent);
  return {
    recoveredMs: {
      restart: recovered('restart'),
      slow: recovered('slow'),
      locks: recovered('locks'),
      connections: recovered('connections'),
    },
    failed: failed.length,
    failedOutside: failed.filter((call) => !disturbances.some((each) => wasDueIn(call, each, RECOVERY_MS)))
      .length,
    failedOtherwise: failed.filter(({ outcome }) => !OUTAGE.has(outcome.code)).length,
    unavailableP99Ms: quantile(
      unavailable.map(({ startMs, endMs }) => endMs - startMs),
      0.99,
    ),
    othersFailed: failures(duringLocks).length,
    othersP99Ms: quantile(latencies(duringLocks), 0.99),
    othersQuietP99Ms: quantile(latencies(ofPeople.filter(({ atMs }) => atMs < quietUntilMs)), 0.99),
  };
}
