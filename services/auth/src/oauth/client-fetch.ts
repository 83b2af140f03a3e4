import type { AuthContext } from '../auth-context.js';
import type { OutboundRequest } from '../outbound/outbound-fetch.js';

/** How the library asks what clients name: with the bounds of ours, to public addresses alone, and on to nowhere else. */
export function clientFetch({ clientFetch: fetch }: AuthContext) {
  return (
    url: string | URL | Request,
    { method, headers, body, signal }: RequestInit = {},
  ): Promise<Response> =>
    fetch(String(url), {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      body: body as OutboundRequest['body'],
      ...(signal && { signal }),
    });
}
