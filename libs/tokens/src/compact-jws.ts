import { splitCompactText } from './compact-text.js';
import type { CompactText } from './compact-text.js';
import { verifyEs256 } from './es256.js';
import { readProtectedHeader } from './protected-header.js';
import type { ProtectedHeader } from './protected-header.js';
import { TokenRejected } from './token-rejected.js';
import type { VerificationKey } from './verification-key.js';

/** A compact JWS whose text and header passed the checks and whose signature was not looked at yet. */
export interface CompactJws {
  readonly text: CompactText;
  readonly header: ProtectedHeader;
}

/**
 * Reads a compact JWS (RFC 7515 section 7.1) as far as that needs no key.
 *
 * @param maxChars longest text that is looked at
 * @throws TokenRejected for the text or the header, see `splitCompactText` and `readProtectedHeader`
 */
export function readCompactJws(text: string, maxChars?: number): CompactJws {
  const split = splitCompactText(text, maxChars);
  return { text: split, header: readProtectedHeader(split.header) };
}

/**
 * Checks the signature and only then decodes the payload.
 *
 * @returns the payload bytes, authentic
 * @throws TokenRejected SIGNATURE_INVALID
 */
export function openCompactJws(jws: CompactJws, key: VerificationKey): Uint8Array {
  const signature = Buffer.from(jws.text.signature, 'base64url');
  if (!verifyEs256(key.publicKey, jws.text.signed, signature)) throw new TokenRejected('SIGNATURE_INVALID');
  return Buffer.from(jws.text.payload, 'base64url');
}

/**
 * The whole signature layer in one call: text, header, key by ID, signature. It says who signed, not what the
 * payload means; `AccessTokenVerifier` adds the type, the claims and the clock to the same steps.
 *
 * @param keys where the key named by `kid` is looked up
 * @returns the payload bytes, authentic
 * @throws TokenRejected for the text, the header, KEY_UNKNOWN, SIGNATURE_INVALID
 */
export function verifyCompactJws(
  text: string,
  keys: { find(keyId: string): VerificationKey | undefined },
): Uint8Array {
  const jws = readCompactJws(text);
  const key = keys.find(jws.header.keyId);
  if (key === undefined) throw new TokenRejected('KEY_UNKNOWN');
  return openCompactJws(jws, key);
}
