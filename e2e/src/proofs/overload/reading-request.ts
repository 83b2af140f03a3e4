import { RestClient, succeeded } from '../../client/rest-client.js';
import type { OwnSystem } from '../../system/own-system.js';
import { signInDemo } from '../../system/system-facts.js';

/** Reads one resource of somebody who has signed in: the commonest call, through gateway, service and database. */
export async function readingRequest(own: OwnSystem): Promise<string> {
  const { accessToken } = await signInDemo(own, 'editor');
  const editor = new RestClient(own.addresses.gateway).as(accessToken);
  const { id } = succeeded(await editor.post<{ id: string }>('/v1/resources', { title: 'overload' }));
  return `GET /v1/resources/${id} HTTP/1.1\r\nhost: gatehouse\r\nauthorization: Bearer ${accessToken}\r\n\r\n`;
}

/** How many resources a page of {@link listingRequest} has. */
const LISTED = 100;

/**
 * Lists a hundred resources. A refusal is not free, and nine of ten requests are refused: what is left for the others
 * shows by requests that are work.
 */
export async function listingRequest(own: OwnSystem): Promise<string> {
  const { accessToken } = await signInDemo(own, 'editor');
  const editor = new RestClient(own.addresses.gateway).as(accessToken);
  for (let made = 0; made < LISTED; made++) {
    succeeded(await editor.post<{ id: string }>('/v1/resources', { title: `overload ${made}` }));
  }
  return `GET /v1/resources?pageSize=${LISTED} HTTP/1.1\r\nhost: gatehouse\r\nauthorization: Bearer ${accessToken}\r\n\r\n`;
}
