import { isUuid, outputOnlyFields, readUpdateMask, versionOf } from '@gatehouse/aip';
import { auditOrigin } from '@gatehouse/audit';
import { contract } from '@gatehouse/contracts';
import {
  Resource,
  Visibility,
  type UpdateResourceRequest,
  type UpdateResourceResponse,
} from '@gatehouse/contracts/resources';
import { platformReasons } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { resourcesReasons } from '../reasons.js';
import { reachOf } from './reach.js';
import { requireTitle } from './require-title.js';
import type { ResourceContext } from './resource-context.js';
import { toResource, toStoredVisibility } from './to-resource.js';

const OUTPUT_ONLY = outputOnlyFields(contract, 'gatehouse.resources.v1.Resource');

/**
 * @throws AppError FIELD_MASK_INVALID, FIELD_INVALID, RESOURCE_UNKNOWN,
 *   RESOURCE_NOT_EDITABLE, RESOURCE_NOT_OWNED, ETAG_MISMATCH
 */
export async function updateResource(
  { resources }: ResourceContext,
  { resource = Resource.fromPartial({}), updateMask }: UpdateResourceRequest,
  call: Call,
): Promise<UpdateResourceResponse> {
  const { id, title, content, visibility, etag } = resource;
  if (!isUuid(id)) throw idless();
  const set = {
    title: title !== '',
    content: content !== '',
    visibility: visibility !== Visibility.UNSPECIFIED,
  };
  const mask = readUpdateMask(updateMask, set, OUTPUT_ONLY);
  if (mask.has('title')) requireTitle(title);
  const changes = {
    title: mask.has('title') ? title : undefined,
    content: mask.has('content') ? content : undefined,
    visibility: mask.has('visibility') ? toStoredVisibility(visibility) : undefined,
  };
  const reach = reachOf(call.principal);
  const outcome = await resources.update(id, reach, changes, versionOf(etag), auditOrigin(call));
  switch (outcome) {
    case 'unknown':
      throw resourcesReasons.RESOURCE_UNKNOWN();
    case 'forbidden':
      throw resourcesReasons.RESOURCE_NOT_EDITABLE();
    case 'unowned':
      throw resourcesReasons.RESOURCE_NOT_OWNED();
    case 'stale':
      throw platformReasons.ETAG_MISMATCH();
    default:
      return { resource: toResource(outcome) };
  }
}

/** The contract cannot ask for it: elsewhere the same field is the server's alone to fill. */
function idless(): Error {
  const violation = { field: 'resource.id', description: 'must be a UUID', reason: 'string.uuid' };
  return platformReasons.FIELD_INVALID({ violations: [violation] });
}
