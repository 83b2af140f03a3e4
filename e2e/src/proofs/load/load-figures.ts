import { atMost, quantile, told, type Figure } from '@gatehouse/report';
import { lateness, latencies, mostOutstanding, type Sent } from './open-load.js';
import type { CallOutcome, LoadResult } from './mixed-load.js';

/** Calls that failed. */
export function failures(sent: LoadResult['sent']): readonly Sent<CallOutcome>[] {
  return sent.filter(({ outcome }) => outcome.code !== 'OK');
}

/** Calls of one kind: those that the contract calls idempotent, or the others. */
export function callsOf(sent: LoadResult['sent'], idempotent: boolean): readonly Sent<CallOutcome>[] {
  return sent.filter(({ outcome }) => outcome.idempotent === idempotent);
}

/** What a load promises and what it costs, for every proof that runs under one. */
export function loadFigures({ sent, thrownOutMs, lookedFor, lost, ownCpuSeconds }: LoadResult): Figure[] {
  return [
    ...trafficFigures(sent),
    told('CPU of the generator', ownCpuSeconds, 's'),
    atMost(0, 'people thrown out', thrownOutMs.length, ''),
    told('acknowledged writes looked for', lookedFor, ''),
    atMost(0, 'of them lost', lost, ''),
  ];
}

/** How many calls there were, and how long they took from the time at which they were due. */
export function trafficFigures(sent: LoadResult['sent']): Figure[] {
  const took = latencies(sent);
  return [
    told('calls', sent.length, ''),
    told('over REST', sent.filter(({ outcome }) => outcome.face === 'REST').length, ''),
    told('over gRPC', sent.filter(({ outcome }) => outcome.face === 'gRPC').length, ''),
    told('p50', quantile(took, 0.5), 'ms'),
    told('p99', quantile(took, 0.99), 'ms'),
    told('longest', quantile(took, 1), 'ms'),
    told('p99 of the generator being late', quantile(lateness(sent), 0.99), 'ms'),
    told('most calls under way at once', mostOutstanding(sent), ''),
    told('sent more than once, over REST', sent.filter(({ outcome }) => outcome.attempts > 1).length, ''),
  ];
}

/** What failed and how often, for whoever asks why: a line for each kind. */
export function failureLines(sent: LoadResult['sent']): string[] {
  const counts = new Map<string, number>();
  for (const { outcome } of failures(sent)) {
    const { rpc, face, code, reason } = outcome;
    const kind = [rpc, `over ${face}:`, code, reason].filter(Boolean).join(' ');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${count} x ${kind}`);
}
