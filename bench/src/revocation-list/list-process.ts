import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RevocationList } from '@gatehouse/tokens';
import { answer } from '../answer.js';
import { goodNames, liveRevocations } from './live-revocations.js';

/** What a list with so many revocations cost. */
export interface ListCost {
  readonly entries: number;
  readonly bytes: number;
  /** The longest that one batch of the feed held up everything else, in milliseconds. */
  readonly longestBatchMs: number;
  /** Likewise one part of a sweep. */
  readonly longestSweepMs: number;
}

/** Revocations in one message of the feed. */
const BATCH = 4_000;

/** Sweeps that look at everything once. */
const SWEEPS = 64;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let list = new RevocationList();

answer({
  fill: (count: number): ListCost => {
    list = new RevocationList();
    let entries = 0;
    let longestBatchMs = 0;
    const before = bytesHeld();
    for (let left = count; left > 0; left -= BATCH) {
      const batch = liveRevocations(Math.min(BATCH, left));
      entries += batch.length;
      longestBatchMs = Math.max(
        longestBatchMs,
        timed(() => list.apply(batch)),
      );
    }
    const bytes = bytesHeld() - before;
    let longestSweepMs = 0;
    for (let i = 0; i < SWEEPS; i++)
      longestSweepMs = Math.max(
        longestSweepMs,
        timed(() => list.sweep()),
      );
    return { entries, bytes, longestBatchMs, longestSweepMs };
  },
  /** @returns microseconds for one check */
  check: (count: number): number => {
    const names = goodNames(10_000);
    let revoked = 0;
    const ms = timed(() => {
      for (let i = 0; i < count; i++) if (list.isRevoked(names[i % names.length]!)) revoked++;
    });
    if (revoked > 0) throw new Error('nobody revoked these');
    return (ms * 1_000) / count;
  },
});

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** After all that nobody needs is gone. */
function bytesHeld(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
