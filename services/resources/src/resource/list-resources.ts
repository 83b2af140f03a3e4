import {
  ResourceFilter,
  Visibility,
  type ListResourcesRequest,
  type ListResourcesResponse,
} from '@gatehouse/contracts/resources';
import type { Call } from '@gatehouse/grpc';
import { pageSize } from '@gatehouse/postgres';
import { reachOf } from './reach.js';
import type { ResourceContext } from './resource-context.js';
import type { SortField } from './resource-list.store.js';
import { toResource, toStoredVisibility } from './to-resource.js';

const PAGE_SIZE = { default: 50, max: 200 };

/** @throws AppError PAGE_TOKEN_INVALID */
export async function listResources(
  { lists, pages }: ResourceContext,
  request: ListResourcesRequest,
  { principal }: Call,
): Promise<ListResourcesResponse> {
  const reach = reachOf(principal);
  const filter = toFilterValues(request.filter ?? ResourceFilter.fromPartial({}));
  // The contract admits three fields, each alone or with ` desc`.
  const [sortBy, way] = (request.orderBy || 'create_time desc').split(' ') as [SortField, string?];
  const descending = way === 'desc';
  const list = { list: 'resources', reach, filter, sortBy, descending };
  const cursor = pages.decode(request.pageToken, list) as [Date | string, string] | undefined;
  const { page, more } = await lists.list(reach, {
    filter,
    sortBy,
    descending,
    after: cursor && { sortKey: cursor[0], id: cursor[1] },
    limit: pageSize(request.pageSize, PAGE_SIZE),
  });
  const last = page.at(-1);
  return {
    resources: page.map(toResource),
    nextPageToken: last && more ? pages.encode([last.sortKey, last.id], list) : '',
  };
}

function toFilterValues({ owner, visibility, title, sharedWithMe }: ResourceFilter) {
  return {
    owner: owner === '' ? undefined : owner,
    visibility: visibility === Visibility.UNSPECIFIED ? undefined : toStoredVisibility(visibility),
    title: title === '' ? undefined : title,
    sharedWithMe,
  };
}
