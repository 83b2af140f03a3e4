import { TokenRejected } from './token-rejected.js';

/** The three segments of a compact JWS, still encoded, and the text that the signature covers. */
export interface CompactText {
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
  /** `header.payload` as received (RFC 7515 section 5.2, step 8). */
  readonly signed: string;
}

/** Beyond this a text is not looked at. HTTP/2 metadata brings up to 100 KB, an issued token has about 600 characters. */
export const MAX_TOKEN_CHARS = 8_192;

const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

/**
 * Splits a compact JWS, admitting one spelling only: three non-empty segments of unpadded base64url whose
 * unused low bits are zero. Two different texts therefore never decode to the same token (RFC 4648 section 3.5).
 *
 * @param maxChars longest text that is looked at
 * @throws TokenRejected TEXT_TOO_LONG, TEXT_MALFORMED
 */
export function splitCompactText(text: string, maxChars: number = MAX_TOKEN_CHARS): CompactText {
  if (typeof text !== 'string') throw new TokenRejected('TEXT_MALFORMED');
  if (text.length > maxChars) throw new TokenRejected('TEXT_TOO_LONG');
  const [, header, payload, signature] = COMPACT.exec(text) ?? [];
  if (header === undefined || payload === undefined || signature === undefined) {
    throw new TokenRejected('TEXT_MALFORMED');
  }
  if (!isCanonicalBase64url(header) || !isCanonicalBase64url(payload) || !isCanonicalBase64url(signature)) {
    throw new TokenRejected('TEXT_MALFORMED');
  }
  return { header, payload, signature, signed: text.slice(0, header.length + 1 + payload.length) };
}

/** Whether a text of the base64url alphabet is the one encoding of its bytes: a whole number of them, spare bits zero. */
export function isCanonicalBase64url(text: string): boolean {
  const last = text.charAt(text.length - 1);
  switch (text.length % 4) {
    case 0:
      return true;
    case 2: // 4 spare bits in the last character
      return 'AQgw'.includes(last);
    case 3: // 2 spare bits
      return 'AEIMQUYcgkosw048'.includes(last);
    default: // 6 bits are no byte
      return false;
  }
}
