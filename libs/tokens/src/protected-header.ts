import { isIdentifier, MAX_KEY_ID_CHARS } from './identifier.js';
import { readStrictObject } from './strict-json.js';
import { TokenRejected } from './token-rejected.js';

/** What the signature layer needs of a protected header that passed the checks. */
export interface ProtectedHeader {
  readonly keyId: string;
  /** `typ` as received: which types are acceptable is for the caller to say. */
  readonly type: unknown;
}

/** An issued header has about 120 encoded characters. */
export const MAX_HEADER_CHARS = 1_024;

/**
 * Members that would change where the key comes from or how the rest is read. Unknown members are harmless and
 * ignored (RFC 7515 section 4); these are known, and obeying or skipping any of them is how verifiers were broken.
 */
export const READING_MEMBERS = [
  'jku', // a URL to fetch keys from, RFC 7515 section 4.1.2
  'x5u', // a URL of a certificate, 4.1.5
  'x5c', // certificates inside the header, 4.1.6
  'x5t', // certificate thumbprints, 4.1.7 and 4.1.8
  'x5t#S256',
  'crit', // extensions that must be understood, 4.1.11; this verifier understands none
  'b64', // unencoded payload, RFC 7797
  'cty', // a token inside the token, RFC 7519 section 5.2
  'zip', // compression and encryption, RFC 7516 section 4.1
  'enc',
  'epk', // key agreement and password-based encryption, RFC 7518 section 4
  'p2c',
] as const;

/** In an access token a key inside the header is another such member (RFC 7515 section 4.1.3). */
const FORBIDDEN = ['jwk', ...READING_MEMBERS];

/**
 * Reads the protected header of a JWS. Only ES256 is admitted (RFC 8725 section 3.1), compared character by
 * character, and the key is named by `kid` alone.
 *
 * @param segment the header segment, canonical base64url
 * @throws TokenRejected HEADER_TOO_LONG, HEADER_MALFORMED, HEADER_MEMBER_FORBIDDEN, ALGORITHM_NOT_ALLOWED,
 *   KEY_ID_MALFORMED
 */
export function readProtectedHeader(segment: string): ProtectedHeader {
  if (segment.length > MAX_HEADER_CHARS) throw new TokenRejected('HEADER_TOO_LONG');
  const header = readStrictObject(Buffer.from(segment, 'base64url'), 'HEADER_MALFORMED');
  if (header['alg'] !== 'ES256') throw new TokenRejected('ALGORITHM_NOT_ALLOWED');
  if (FORBIDDEN.some((member) => Object.hasOwn(header, member))) {
    throw new TokenRejected('HEADER_MEMBER_FORBIDDEN');
  }
  const keyId = header['kid'];
  if (!isIdentifier(keyId, MAX_KEY_ID_CHARS)) throw new TokenRejected('KEY_ID_MALFORMED');
  return { keyId, type: header['typ'] };
}
