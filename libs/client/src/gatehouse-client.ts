import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './rest-types.js';

/** A function per HTTP method; paths, parameters, bodies and answers have the types of the contract. */
export type GatehouseClient = Client<paths>;

/** How a client reaches the REST face. */
export interface GatehouseClientOptions {
  /** Where the gateway is, such as `https://api.example`; a page of the same origin may leave it out. */
  readonly baseUrl?: string;
  /** Asked before every request; without an access token none is sent. */
  readonly accessToken?: () => string | undefined | Promise<string | undefined>;
  /** Another `fetch`, such as one with a proxy. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * A client of the REST face for browsers and whatever else has `fetch`. A request resolves to `data` or, when it was
 * refused, to `error`, a problem; both with the `response`. It rejects only when there was no answer.
 */
export function createGatehouseClient({
  baseUrl,
  accessToken,
  fetch,
}: GatehouseClientOptions = {}): GatehouseClient {
  const client = createClient<paths>({ baseUrl, fetch });
  client.use({
    onRequest: async ({ request }) => {
      const value = await accessToken?.();
      if (value === undefined) return request;
      // The gateway refuses two credentials on one request, and a browser would add the session cookie by itself.
      const alone = new Request(request, { credentials: 'omit' });
      alone.headers.set('authorization', `Bearer ${value}`);
      return alone;
    },
  });
  return client;
}
