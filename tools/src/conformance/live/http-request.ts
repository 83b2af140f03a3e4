import { request } from 'node:http';
import type { Fields } from '../live-system.js';

const TIMEOUT_MS = 10_000;

/**
 * Sends an HTTP/1.1 request with exactly these fields, repetitions included.
 *
 * @returns the HTTP status, also when the server answers before it has read the whole request
 * @throws Error when there is no answer
 */
export function httpStatusOf(
  url: string,
  method: string,
  headers: Fields,
  body: string | undefined,
): Promise<number> {
  const { host } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      agent: false,
      timeout: TIMEOUT_MS,
      headers: [
        ['host', host],
        ...headers,
        ...(body === undefined ? [] : [['content-length', String(Buffer.byteLength(body))]]),
      ].flat() as string[],
    });
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', reject);
    sent.end(body);
  });
}
