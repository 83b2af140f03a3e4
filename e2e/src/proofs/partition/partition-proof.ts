import { atLeast, atMost, told, type Figure } from '@gatehouse/report';
import { runPartition, type PartitionResult } from './run-partition.js';

const CUT_MS = 120_000;

/** How old what a verifier knows may be before strict methods ask. */
const LEASE_MS = 10_000;
/** How far clocks may differ. */
const SKEW_MS = 5_000;
const RECOVERY_MS = 2_000;

/** Users and resources, two replicas of each, without auth for two minutes. */
export async function partitionProof(): Promise<readonly Figure[]> {
  return partitionFigures(CUT_MS, await runPartition(CUT_MS));
}

/** What a partition of this length has to show. */
export function partitionFigures(cutMs: number, result: PartitionResult): readonly Figure[] {
  return [
    told('length of the cut', cutMs, 'ms'),
    told('lenient calls with a good access token', result.lenient, ''),
    atMost(0, 'of these refused', result.lenientRefused, ''),
    atMost(LEASE_MS, 'last strict call let through, after the cut', result.strictStoppedMs, 'ms'),
    atLeast(1, 'strict calls answered REVOCATIONS_UNKNOWN', result.strictUnknown, ''),
    atMost(0, 'strict calls refused in any other way', result.strictWrong, ''),
    atLeast(1_000, 'revoked meanwhile: last accepted, after the revocation', result.unheardMs, 'ms'),
    atMost(SKEW_MS, 'revoked meanwhile: last accepted, after its end', result.expiredMs, 'ms'),
    atMost(RECOVERY_MS, 'last strict call refused, after the healing', result.strictRecoveredMs, 'ms'),
    atMost(
      RECOVERY_MS,
      'last revoked access token accepted, after the healing',
      result.revokedRecoveredMs,
      'ms',
    ),
  ];
}
