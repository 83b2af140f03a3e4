import type { CustomFetch } from 'openid-client';
import type { OutboundFetch, OutboundRequest } from '../outbound/outbound-fetch.js';

/** How openid-client sends its requests: with the bounds of ours and none of its own. */
export function toCustomFetch(fetch: OutboundFetch): CustomFetch {
  return (url, { method, headers, body }) =>
    fetch(url, { method, headers, body: body as OutboundRequest['body'] });
}
