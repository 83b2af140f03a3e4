import { auditOrigin } from '@gatehouse/audit';
import type { UnshareResourceRequest, UnshareResourceResponse } from '@gatehouse/contracts/resources';
import type { Call } from '@gatehouse/grpc';
import { reachOf } from '../resource/reach.js';
import type { ShareContext } from './share-context.js';
import { shareRefused } from './share-refused.js';

/**
 * Ends a share. Every call of the subject that begins after the answer is
 * decided without it.
 *
 * @throws AppError RESOURCE_UNKNOWN, RESOURCE_NOT_OWNED
 */
export async function unshareResource(
  { shares }: ShareContext,
  { resourceId, subject }: UnshareResourceRequest,
  call: Call,
): Promise<UnshareResourceResponse> {
  const reach = reachOf(call.principal);
  const refusal = await shares.end(resourceId, reach, subject, auditOrigin(call));
  if (refusal) throw shareRefused(refusal);
  return {};
}
