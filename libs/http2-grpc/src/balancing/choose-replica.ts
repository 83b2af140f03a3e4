import type { ChannelUse, ReplicaLoad, Standard } from './replica-load.js';

/**
 * The replica that the next call goes to: the one with the least under way, where what a slow one has under way counts
 * as many times as it is slower, and none that fails where others do not. A replica that is avoided gets one call now
 * and then, to see. Equals take turns.
 *
 * @param first where in `replicas` (at least one) the search begins
 * @param now milliseconds on a clock that never steps
 * @returns an index of `replicas`
 */
export function chooseReplica(
  replicas: readonly ReplicaLoad[],
  use: ChannelUse,
  first: number,
  now: number,
): number {
  const standard = standardOf(replicas);
  let chosen = 0;
  let least = Infinity;
  for (let step = 0; step < replicas.length; step++) {
    const index = (first + step) % replicas.length;
    const replica = replicas[index] as ReplicaLoad;
    const isFailing = replica.isFailing(standard);
    const slowness = replica.slowness(standard);
    if (replica.isProbeDue(isFailing || slowness > 1, now)) return index;
    if (isFailing) continue;
    const cost = (replica.underWay(use) + 1) * slowness;
    if (cost >= least) continue;
    chosen = index;
    least = cost;
  }
  return chosen;
}

/** What the replicas are measured by. The one that fails least never fails by it, so there is always one to choose. */
function standardOf(replicas: readonly ReplicaLoad[]): Standard {
  let latencyMs = Infinity;
  let failures = 1;
  for (const replica of replicas) {
    if (replica.latencyMs < latencyMs) latencyMs = replica.latencyMs;
    if (replica.failures < failures) failures = replica.failures;
  }
  return { latencyMs, failures };
}
