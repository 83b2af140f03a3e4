/** How many resources a list holds. */
export const SIZES = [1, 20, 200] as const;

export type Size = (typeof SIZES)[number];

/** The message that is translated: what the list of resources answers. */
export const SAMPLE_TYPE = 'gatehouse.resources.v1.ListResourcesResponse';

/** A list of resources such as people keep, in canonical proto3 JSON. */
export function sampleJson(size: Size): string {
  const resources = Array.from({ length: size }, (_, index) => ({
    id: `7f5a3ad4-52ab-4a41-8c0c-${String(index).padStart(12, '0')}`,
    owner: '0b9f2c6e-3f7a-4a5e-9d52-1f6f3f1e2a77',
    title: `Minutes of meeting ${index}`,
    content: 'What was said, and by whom, and what is to be done until the next.',
    visibility: 'VISIBILITY_INTERNAL',
    createTime: `2026-11-${String(1 + (index % 28)).padStart(2, '0')}T09:26:53.589Z`,
    updateTime: '2026-11-28T10:11:12.123Z',
    etag: '3-9f8a71',
  }));
  return JSON.stringify({ resources, nextPageToken: 'eyJhZnRlciI6Ijdm' });
}
