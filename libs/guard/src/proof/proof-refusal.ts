import { platformReasons, type AppError } from '@gatehouse/errors';
import { ProofRejected } from '@gatehouse/tokens';

/** What a caller is answered whose proof is rejected; any other error stays what it is. */
export function proofRefusal(error: unknown): unknown {
  return error instanceof ProofRejected ? proofInvalid(error.reason) : error;
}

/** @param logReason why; every cause gets one answer */
export function proofInvalid(logReason: string): AppError {
  return platformReasons.PROOF_INVALID({ logReason });
}

/** Nobody says whether a proof was used before: an outage, and no fault of the caller's. */
export function proofsUnknown(cause?: unknown): AppError {
  return platformReasons.PROOFS_UNKNOWN({ cause, retryAfterMs: 1_000 });
}
