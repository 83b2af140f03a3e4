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
  { principal }: Call,
): Promise<UnshareResourceResponse> {
  const refusal = await shares.end(resourceId, reachOf(principal), subject);
  if (refusal) throw shareRefused(refusal);
  return {};
}
