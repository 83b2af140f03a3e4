import { versionOf } from '@gatehouse/aip';
import { auditOrigin } from '@gatehouse/audit';
import type { DeleteResourceRequest, DeleteResourceResponse } from '@gatehouse/contracts/resources';
import { platformReasons } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { resourcesReasons } from '../reasons.js';
import { reachOf } from './reach.js';
import type { ResourceContext } from './resource-context.js';

/** @throws AppError RESOURCE_UNKNOWN, RESOURCE_NOT_OWNED, ETAG_MISMATCH */
export async function deleteResource(
  { resources }: ResourceContext,
  { id, etag }: DeleteResourceRequest,
  call: Call,
): Promise<DeleteResourceResponse> {
  const reach = reachOf(call.principal);
  const refusal = await resources.delete(id, reach, versionOf(etag), auditOrigin(call));
  if (refusal === 'unknown') throw resourcesReasons.RESOURCE_UNKNOWN();
  if (refusal === 'forbidden') throw resourcesReasons.RESOURCE_NOT_OWNED();
  if (refusal === 'stale') throw platformReasons.ETAG_MISMATCH();
  return {};
}
