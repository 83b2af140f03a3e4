import type { AuthContext } from '../auth-context.js';
import type { OutboundRequest } from '../outbound/outbound-fetch.js';

/**
 * How the library asks what clients name: with the bounds of ours, to public addresses alone, and on to nowhere else. What
 * they are told is posted, again and again to one that does not answer, which takes no place of the others for it.
 */
export function clientFetch({ clientFetch: ask, clientTell: tell }: AuthContext) {
  return (
    url: string | URL | Request,
    { method, headers, body, signal }: RequestInit = {},
  ): Promise<Response> =>
    (method === 'POST' ? tell : ask)(String(url), {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      body: body as OutboundRequest['body'],
      ...(signal && { signal }),
    });
}
