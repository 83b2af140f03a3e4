import { median } from '@gatehouse/report';
import type { Latency } from '../overload/load-messages.js';

/** The p99 that half of some windows are above, in milliseconds: a stall that has nothing to do with it moves one of them. */
export function typicalP99(windows: readonly Latency[]): number {
  return median(windows.map(({ p99Ms }) => p99Ms));
}

/** By how many percent the typical p99 of some windows is above that of others. */
export function growthPercent(quiet: readonly Latency[], meanwhile: readonly Latency[]): number {
  return (typicalP99(meanwhile) / typicalP99(quiet) - 1) * 100;
}
