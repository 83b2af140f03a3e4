import { hash } from 'node:crypto';
import { splitCompactText } from '../compact-text.js';
import { MAX_HEADER_CHARS, READING_MEMBERS } from '../protected-header.js';
import { readStrictObject, type JsonObject } from '../strict-json.js';
import { TokenRejected } from '../token-rejected.js';
import { readProofKey, verifiesProof } from './proof-key.js';
import { ProofRejected, type ProofRejectionReason } from './proof-rejected.js';
import { isProofUri } from './proof-uri.js';

/** Longest proof that is looked at, in characters; one for a short URI has about 500. */
export const MAX_PROOF_CHARS = 4_096;

/** How far `iat` may be from the verifier's clock, either way, in seconds: as far as clocks of strangers are off. */
export const PROOF_WINDOW_SECONDS = 60;

/** Longest `jti`, in characters; 96 random bits have 16. */
const MAX_ID_CHARS = 128;

/** What a proof has to speak of. */
export interface ProofOccasion {
  /** The method of the request, as it came. */
  readonly method: string;
  /** The URI of the request, without query and fragment. */
  readonly uri: string;
  /** The access token that comes with it; undefined where none does, as when one is asked for. */
  readonly accessToken: string | undefined;
  /** The thumbprint of the key that the access token is bound to; undefined where any key will do. */
  readonly boundTo: string | undefined;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** A proof that holds, as far as one verifier can tell: whether it was used before is for all of them together to say. */
export interface VerifiedProof {
  /**
   * What is used up with it: SHA-256 of key and `jti`, 43 characters of base64url. Whoever has another key cannot use up
   * this one, and another spelling of the same proof is the same.
   */
  readonly id: string;
  readonly jti: string;
  /** The thumbprint of its key. */
  readonly thumbprint: string;
}

/**
 * Verifies a proof that the caller has the key which an access token is bound to (DPoP, RFC 9449 section 4.3).
 *
 * Order of the checks: length, text, header, key, signature, claims. Nothing unauthenticated is parsed beyond a header of
 * 1,024 characters, and no signature is looked at but those of the one right key.
 *
 * @param text what the header `DPoP` holds; undefined where there is none
 * @throws ProofRejected
 */
export function verifyProof(text: string | undefined, occasion: ProofOccasion): VerifiedProof {
  if (text === undefined) throw new ProofRejected('PROOF_MISSING');
  if (text.length > MAX_PROOF_CHARS) throw new ProofRejected('PROOF_TOO_LONG');
  const { header, payload, signature, signed } = read('PROOF_MALFORMED', () => splitCompactText(text));
  const key = readProofKey(readHeader(header));
  const { boundTo = key.thumbprint } = occasion;
  if (key.thumbprint !== boundTo) throw new ProofRejected('PROOF_KEY_MISMATCH');
  if (!verifiesProof(key, signed, Buffer.from(signature, 'base64url')))
    throw new ProofRejected('PROOF_SIGNATURE_INVALID');
  const claims = read('PROOF_CLAIMS_MALFORMED', () =>
    readStrictObject(Buffer.from(payload, 'base64url'), 'CLAIMS_MALFORMED'),
  );
  const fault = claimsFault(claims, occasion);
  if (fault !== undefined) throw new ProofRejected(fault);
  const { thumbprint } = key;
  const jti = String(claims['jti']);
  return { id: hash('sha256', `${thumbprint} ${jti}`, 'base64url'), jti, thumbprint };
}

function readHeader(segment: string): JsonObject {
  if (segment.length > MAX_HEADER_CHARS) throw new ProofRejected('PROOF_HEADER_MALFORMED');
  const header = read('PROOF_HEADER_MALFORMED', () =>
    readStrictObject(Buffer.from(segment, 'base64url'), 'HEADER_MALFORMED'),
  );
  if (READING_MEMBERS.some((member) => Object.hasOwn(header, member)))
    throw new ProofRejected('PROOF_HEADER_MALFORMED');
  if (header['typ'] !== 'dpop+jwt') throw new ProofRejected('PROOF_TYPE_NOT_ALLOWED');
  return header;
}

function claimsFault(
  { htm, htu, iat, jti, ath }: JsonObject,
  { method, uri, accessToken, now }: ProofOccasion,
): ProofRejectionReason | undefined {
  if (htm !== method) return 'PROOF_METHOD_MISMATCH';
  if (!isProofUri(htu, uri)) return 'PROOF_URI_MISMATCH';
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return 'PROOF_TIME_MALFORMED';
  if (iat < now - PROOF_WINDOW_SECONDS) return 'PROOF_STALE';
  if (iat > now + PROOF_WINDOW_SECONDS) return 'PROOF_FROM_THE_FUTURE';
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_CHARS) return 'PROOF_ID_MALFORMED';
  const expected = accessToken === undefined ? undefined : hash('sha256', accessToken, 'base64url');
  return ath === expected ? undefined : 'PROOF_TOKEN_MISMATCH';
}

/** Reads by the rules that access tokens are read by. */
function read<T>(reason: ProofRejectionReason, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof TokenRejected ? new ProofRejected(reason) : error;
  }
}
