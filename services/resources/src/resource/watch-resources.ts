import type { WatchResourcesRequest, WatchResourcesResponse } from '@gatehouse/contracts/resources';
import type { Call } from '@gatehouse/grpc';
import type { ResourceContext } from './resource-context.js';

export function watchResources(
  _context: ResourceContext,
  _request: WatchResourcesRequest,
  _call: Call,
): AsyncIterable<WatchResourcesResponse> {
  throw new Error('not built yet');
}
