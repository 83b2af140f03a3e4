import { auditOrigin } from '@gatehouse/audit';
import type { EraseSubjectRequest, EraseSubjectResponse } from '@gatehouse/contracts/resources';
import type { Call } from '@gatehouse/grpc';
import type { ErasureStore } from './erasure.store.js';

/**
 * Removes every resource of a subject and every share with it, and lets none
 * come back: an access token may outlive the account by minutes. Cut off
 * half-way it is finished by being called again.
 */
export async function eraseSubject(
  erasure: ErasureStore,
  { subject }: EraseSubjectRequest,
  call: Call,
): Promise<EraseSubjectResponse> {
  const { signal } = call;
  await erasure.close(subject);
  while (await erasure.removeShares(subject)) signal.throwIfAborted();
  while (await erasure.removeGiven(subject)) signal.throwIfAborted();
  while (await erasure.removeResources(subject, auditOrigin(call))) signal.throwIfAborted();
  return {};
}
