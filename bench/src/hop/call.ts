/** The method that is called. */
export const PATH = '/gatehouse.resources.v1.ResourceService/GetResource';

/** A request and a reply of the size of GetResource's. */
export const REQUEST = Buffer.alloc(38, 'q');
export const REPLY = Buffer.alloc(200, 'r');

export const TIMEOUT_MS = 10_000;

/** An access token of the usual length. */
const AUTHORIZATION = `Bearer ${'a'.repeat(600)}`;

let calls = 0;

/** What the gateway sends with a call: the IDs are others each time. */
export function metadataOfCall(): Record<string, string> {
  const id = (++calls).toString(16).padStart(16, '0');
  return {
    'x-request-id': id,
    traceparent: `00-${id}${id}-${id}-01`,
    'x-client-address': '127.0.0.1',
    'client-user-agent': 'curl/8.5.0',
    authorization: AUTHORIZATION,
  };
}
