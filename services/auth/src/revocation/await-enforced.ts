import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@gatehouse/postgres';
import type { Enforcement, VerifierStore } from './verifier.store.js';

/** The longest wait, in milliseconds. */
const WAIT_MS = 2_000;

/** Wait from one look to the next. */
const LOOK_EVERY_MS = 25;

/**
 * Waits until every live verifier enforces revocations that were appended as awaited and have committed: over all
 * replicas, the ones of this service included. A verifier that was not heard of for as long as a lease lasts does not
 * count, as it does not rely on what it knows any more.
 *
 * @returns how many enforce them, and how many have not said so within two seconds
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function awaitEnforced(
  { database, verifiers }: { readonly database: Database; readonly verifiers: VerifierStore },
  seqs: readonly bigint[],
  signal?: AbortSignal,
): Promise<Enforcement> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const enforcement = await verifiers.enforcement(database.sql, seqs);
    const isOver = performance.now() >= deadline || signal?.aborted;
    if (enforcement.laggards === 0 || isOver) return enforcement;
    await delay(LOOK_EVERY_MS);
  }
}
