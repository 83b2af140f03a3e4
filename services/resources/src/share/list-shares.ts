import type { ListSharesRequest, ListSharesResponse } from '@gatehouse/contracts/resources';
import type { Call } from '@gatehouse/grpc';
import { pageSize } from '@gatehouse/postgres';
import { resourcesReasons } from '../reasons.js';
import { reachOf } from '../resource/reach.js';
import type { ShareContext } from './share-context.js';
import { shareRefused } from './share-refused.js';
import { toShare } from './to-share.js';

const PAGE_SIZE = { default: 50, max: 200 };

/** @throws AppError PAGE_TOKEN_INVALID, RESOURCE_UNKNOWN, RESOURCE_NOT_EDITABLE */
export async function listShares(
  { shares, pages }: ShareContext,
  { resourceId, pageSize: size, pageToken }: ListSharesRequest,
  { principal }: Call,
): Promise<ListSharesResponse> {
  const reach = reachOf(principal);
  const list = { list: 'shares', resourceId: resourceId.toLowerCase(), reach };
  const limit = pageSize(size, PAGE_SIZE);
  const cursor = pages.decode(pageToken, list) as [Date, string] | undefined;
  const after = cursor && { createTime: cursor[0], subject: cursor[1] };
  const outcome = await shares.list(resourceId, reach, { after, limit: limit + 1 });
  if (outcome === 'forbidden') throw resourcesReasons.RESOURCE_NOT_EDITABLE();
  if (typeof outcome === 'string') throw shareRefused(outcome);
  const page = outcome.slice(0, limit);
  const last = page.at(-1);
  return {
    shares: page.map(toShare),
    nextPageToken: last && outcome.length > limit ? pages.encode([last.createTime, last.subject], list) : '',
  };
}
