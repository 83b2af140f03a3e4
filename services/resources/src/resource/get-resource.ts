import type { GetResourceRequest, GetResourceResponse } from '@gatehouse/contracts/resources';
import type { Call } from '@gatehouse/grpc';
import { resourcesReasons } from '../reasons.js';
import { reachOf } from './reach.js';
import type { ResourceContext } from './resource-context.js';
import { toResource } from './to-resource.js';

/** @throws AppError RESOURCE_UNKNOWN */
export async function getResource(
  { resources }: ResourceContext,
  { id }: GetResourceRequest,
  { principal }: Call,
): Promise<GetResourceResponse> {
  const row = await resources.find(id, reachOf(principal));
  if (!row) throw resourcesReasons.RESOURCE_UNKNOWN();
  return { resource: toResource(row) };
}
