import type { UseProofRequest, UseProofResponse } from '@gatehouse/contracts/auth';
import type { AuthContext } from '../auth-context.js';

/** @throws AppError DATABASE_UNAVAILABLE: an outage accepts no proof and refuses none */
export async function useProof(
  { database, usedProofs }: AuthContext,
  { proofId }: UseProofRequest,
): Promise<UseProofResponse> {
  return { accepted: await usedProofs.use(database.sql, proofId) };
}
