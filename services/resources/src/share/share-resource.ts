import { auditOrigin } from '@gatehouse/audit';
import type { ShareResourceRequest, ShareResourceResponse } from '@gatehouse/contracts/resources';
import type { Call } from '@gatehouse/grpc';
import { isForeignKeyViolation } from '@gatehouse/postgres';
import { resourcesReasons } from '../reasons.js';
import { reachOf } from '../resource/reach.js';
import type { ShareContext } from './share-context.js';
import { shareRefused } from './share-refused.js';
import { toShare, toStoredShareRole } from './to-share.js';

/**
 * Shares a resource with a subject. Whether the subject is anyone's is not
 * asked: accounts belong to another service, and a share with nobody opens
 * nothing.
 *
 * @throws AppError RESOURCE_UNKNOWN, RESOURCE_NOT_OWNED, FIELD_INVALID for
 *   the owner, SUBJECT_ERASED, SHARE_LIMIT
 */
export async function shareResource(
  { shares }: ShareContext,
  { resourceId, subject, role }: ShareResourceRequest,
  call: Call,
): Promise<ShareResourceResponse> {
  try {
    const reach = reachOf(call.principal);
    const storedRole = toStoredShareRole(role);
    const outcome = await shares.give(resourceId, reach, subject, storedRole, auditOrigin(call));
    if (typeof outcome === 'string') throw shareRefused(outcome);
    return { share: toShare(outcome) };
  } catch (error) {
    // Deleted while it was being shared.
    if (isForeignKeyViolation(error, 'share_resource'))
      throw resourcesReasons.RESOURCE_UNKNOWN({ cause: error });
    throw error;
  }
}
