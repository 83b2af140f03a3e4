import { setTimeout as delay } from 'node:timers/promises';
import type { RevocationTail } from '../revocation/revocation-tail.js';

/** How far ahead an access token may say that it was issued, in seconds: verifiers forgive five, and clocks differ. */
const AHEAD_SECONDS = 3;

/**
 * Holds back an access token that says a second that is yet to come. Each revocation of a subject moves what is issued
 * after it to a later second; many in a row would move it further than verifiers forgive, and a good access token would
 * be refused. Nobody waits longer for it than the deadline of their call.
 *
 * @param issuedAt what it says, in seconds since the epoch
 */
export async function acceptedTime(
  issuedAt: number,
  tail: Pick<RevocationTail, 'nowSeconds'>,
): Promise<void> {
  const aheadSeconds = issuedAt - AHEAD_SECONDS - tail.nowSeconds;
  if (aheadSeconds > 0) await delay(aheadSeconds * 1_000);
}
