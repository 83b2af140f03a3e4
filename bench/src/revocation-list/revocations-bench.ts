import { atMost, median, told, type Figure } from '@gatehouse/report';
import { spawnPeer } from '../peer.js';
import type { ListCost } from './list-process.js';

/** A thousand sign-outs a second, for as long as access tokens live. */
const LIVE = 300_000;

/** Fresh processes: each is compiled and laid out anew. */
const PROCESSES = 5;
const CHECKS = 300_000;
const ROUNDS = 5;

const MIB = 1024 * 1024;

/** What it costs a verifier to know of 300,000 revocations, and to ask about them on every call. */
export async function revocationsBench(): Promise<readonly Figure[]> {
  const costs: ListCost[] = [];
  const checks: number[] = [];
  for (let i = 0; i < PROCESSES; i++) {
    const peer = spawnPeer(new URL('./list-process.js', import.meta.url));
    try {
      costs.push(await peer.ask<ListCost>('fill', LIVE));
      for (let round = 0; round < ROUNDS; round++) checks.push(await peer.ask<number>('check', CHECKS));
    } finally {
      await peer.stop();
    }
  }
  const of = (read: (cost: ListCost) => number) => rounded(median(costs.map(read)));
  return [
    told(
      'live revocations',
      of(({ entries }) => entries),
      '',
    ),
    atMost(
      25,
      'memory',
      of(({ bytes }) => bytes / MIB),
      'MiB',
    ),
    told(
      'memory of one',
      of(({ bytes, entries }) => bytes / entries),
      'bytes',
    ),
    atMost(5, 'a check that finds nothing', rounded(median(checks)), 'us'),
    told(
      'longest pause for a batch of 4,000',
      of(({ longestBatchMs }) => longestBatchMs),
      'ms',
    ),
    told(
      'longest pause for a part of a sweep',
      of(({ longestSweepMs }) => longestSweepMs),
      'ms',
    ),
  ];
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
