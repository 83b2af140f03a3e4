import type { Json } from './json.js';

/** The protected header of an access token, read without believing it. */
export function decodeHeader(accessToken: string): Json {
  return decode(accessToken, 0);
}

/** The claims of an access token, read without believing them. */
export function decodePayload(accessToken: string): Json {
  return decode(accessToken, 1);
}

function decode(accessToken: string, part: 0 | 1): Json {
  return JSON.parse(Buffer.from(accessToken.split('.')[part] ?? '', 'base64url').toString('utf8')) as Json;
}
