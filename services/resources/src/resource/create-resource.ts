import { createHash } from 'node:crypto';
import { rowSubject } from '@gatehouse/aip';
import { auditOrigin } from '@gatehouse/audit';
import {
  Resource,
  type CreateResourceRequest,
  type CreateResourceResponse,
} from '@gatehouse/contracts/resources';
import type { Call } from '@gatehouse/grpc';
import { resourcesReasons } from '../reasons.js';
import { requireTitle } from './require-title.js';
import type { ResourceContext } from './resource-context.js';
import { toResource, toStoredVisibility } from './to-resource.js';

/**
 * Makes a resource of the caller's. A `request_id` lives as long as the
 * resource that it made: after a delete it makes a new one.
 *
 * @throws AppError FIELD_INVALID, REQUEST_ID_REUSED, SUBJECT_ERASED
 */
export async function createResource(
  { resources }: ResourceContext,
  { resource = Resource.fromPartial({}), requestId }: CreateResourceRequest,
  call: Call,
): Promise<CreateResourceResponse> {
  const { title, content } = resource;
  requireTitle(title);
  const visibility = toStoredVisibility(resource.visibility);
  const digest = createHash('sha256')
    .update(JSON.stringify([title, content, visibility]))
    .digest();
  const request = requestId === '' ? undefined : { id: requestId, digest };
  const owner = rowSubject(call.principal);
  const values = { owner, title, content, visibility, request };
  const row = await resources.create(values, auditOrigin(call));
  if (!row) throw resourcesReasons.SUBJECT_ERASED();
  // Compared with what was asked for then: the resource itself may have changed since.
  if (request && !row.requestDigest?.equals(digest)) throw resourcesReasons.REQUEST_ID_REUSED();
  return { resource: toResource(row) };
}
