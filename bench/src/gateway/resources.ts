import {
  GetResourceRequest,
  GetResourceResponse,
  ListResourcesRequest,
  ListResourcesResponse,
  Visibility,
  type Resource,
} from '@gatehouse/contracts/resources';

/** What the backend behind every gateway answers, and what every gateway has to make of it. */

/** The resource that is asked for. */
export const RESOURCE_ID = '7f5a3ad4-52ab-4a41-8c0c-000000000000';

/** How many are listed. */
export const LISTED = 20;

/** A request that the bench makes: its path, and the method that it becomes, with its message in JSON. */
export const REQUESTS = {
  get: { path: `/v1/resources/${RESOURCE_ID}`, method: 'GetResource', json: { id: RESOURCE_ID } },
  list: { path: `/v1/resources?pageSize=${LISTED}`, method: 'ListResources', json: { pageSize: LISTED } },
} as const;

export type RequestName = keyof typeof REQUESTS;

/** The messages that the requests become, in wire format. */
export function messages(): Record<RequestName, Buffer> {
  const { get, list } = REQUESTS;
  return {
    get: Buffer.from(GetResourceRequest.encode(get.json).finish()),
    list: Buffer.from(ListResourcesRequest.encode(ListResourcesRequest.fromPartial(list.json)).finish()),
  };
}

/** Replies in wire format, by method. */
export function replies(): Record<(typeof REQUESTS)[RequestName]['method'], Buffer> {
  const resources = Array.from({ length: LISTED }, (_, index) => resource(index));
  return {
    GetResource: Buffer.from(GetResourceResponse.encode({ resource: resource(0) }).finish()),
    ListResources: Buffer.from(
      ListResourcesResponse.encode({ resources, nextPageToken: 'eyJhZnRlciI6Ijdm' }).finish(),
    ),
  };
}

/** The bodies that stand for them. */
export function bodies(): Record<RequestName, object> {
  const json = ({ createTime, updateTime, ...resource }: Resource) => ({
    ...resource,
    visibility: 'VISIBILITY_INTERNAL',
    createTime: createTime?.toISOString(),
    updateTime: updateTime?.toISOString(),
  });
  const resources = Array.from({ length: LISTED }, (_, index) => json(resource(index)));
  return { get: json(resource(0)), list: { resources, nextPageToken: 'eyJhZnRlciI6Ijdm' } };
}

function resource(index: number): Resource {
  return {
    id: RESOURCE_ID.slice(0, -2) + String(index).padStart(2, '0'),
    owner: '0b9f2c6e-3f7a-4a5e-9d52-1f6f3f1e2a77',
    title: `Minutes of meeting ${index}`,
    content: 'What was said, and by whom, and what is to be done until the next.',
    visibility: Visibility.INTERNAL,
    createTime: new Date(`2026-11-${String(1 + index).padStart(2, '0')}T09:26:53.589Z`),
    updateTime: new Date('2026-11-28T10:11:12.123Z'),
    etag: '3f8a71',
  };
}
