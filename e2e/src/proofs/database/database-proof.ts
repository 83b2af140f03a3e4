import { atLeast, atMost, told, type Figure } from '@gatehouse/report';
import { startOwnSystem } from '../../system/own-system.js';
import { failureLines, loadFigures } from '../load/load-figures.js';
import { databaseFindings, RECOVERY_MS } from './database-findings.js';
import { runDatabase, type DatabaseOptions, type DatabaseResult } from './run-database.js';

const LONG: DatabaseOptions = { perSecond: 150, people: 24, restarts: 10, quietMs: 10_000, lastsMs: 15_000 };

/** A connection, or one's turn at it, is waited for 1 s at most, and by whoever has it another one for a lock (ADR 0040). */
const UNAVAILABLE_MS = 2_500;

/** PostgreSQL killed ten times, slowed, locked and exhausted, under load, at a system of its own. */
export async function databaseProof(): Promise<readonly Figure[]> {
  await using own = await startOwnSystem();
  const result = await runDatabase(own, LONG);
  for (const line of failureLines(result.load.sent)) console.log(line);
  return databaseFigures(LONG, result);
}

/** What a database that fails has to show. */
export function databaseFigures(options: DatabaseOptions, result: DatabaseResult): readonly Figure[] {
  const { load, died, connectionsHeld } = result;
  const found = databaseFindings(result);
  const { restart, slow, locks, connections } = found.recoveredMs;
  return [
    told('restarts of PostgreSQL (immediate)', options.restarts, ''),
    atLeast(1, 'connections taken away', connectionsHeld, ''),
    ...loadFigures(load),
    atMost(0, 'processes that died', died, ''),
    told('calls that failed', found.failed, ''),
    atMost(0, 'of these more than 5 s after a disturbance', found.failedOutside, ''),
    atMost(0, 'of these not answered as an outage', found.failedOtherwise, ''),
    atMost(UNAVAILABLE_MS, 'UNAVAILABLE answered within, p99', found.unavailableP99Ms, 'ms'),
    atMost(RECOVERY_MS, 'last failure after a restart', restart, 'ms'),
    atMost(RECOVERY_MS, 'last failure after it was slow', slow, 'ms'),
    atMost(RECOVERY_MS, 'last failure after resources were locked', locks, 'ms'),
    atMost(RECOVERY_MS, 'last failure after connections were given back', connections, 'ms'),
    atMost(0, 'calls about people that failed while resources are locked', found.othersFailed, ''),
    told('their p99 before', found.othersQuietP99Ms, 'ms'),
    told('their p99 meanwhile', found.othersP99Ms, 'ms'),
    atMost(1.2, 'the one against the other', found.othersP99Ms / found.othersQuietP99Ms, ''),
  ];
}
