import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { isCanonicalBase64url } from '../compact-text.js';
import { ES256_SIGNATURE_BYTES, verifyEs256 } from '../es256.js';
import { jwkThumbprint } from '../jwk-thumbprint.js';
import { isJsonObject, type JsonObject } from '../strict-json.js';
import { hasSecretMember } from '../verification-key.js';
import { ProofRejected } from './proof-rejected.js';

/** What proofs are signed with: asymmetric, and keys of one size. What the issuer advertises (RFC 9449 section 5.1). */
export const PROOF_ALGORITHMS = ['ES256', 'Ed25519'] as const;

export type ProofAlgorithm = (typeof PROOF_ALGORITHMS)[number];

/** Bytes of an Ed25519 signature (RFC 8032 section 5.1.6). */
const ED25519_SIGNATURE_BYTES = 64;

/** 32 bytes: a coordinate of P-256, or a key of Ed25519. */
const WORD = /^[A-Za-z0-9_-]{43}$/;

/** What a public key is made of, and its thumbprint (RFC 7638 section 3.2, RFC 8037 section 2). */
interface PublicMembers {
  readonly kty: 'EC' | 'OKP';
  readonly crv: string;
  readonly x: string;
  readonly y?: string;
}

/** The public key that a proof brings. */
export interface ProofKey {
  readonly algorithm: ProofAlgorithm;
  /** RFC 7638 thumbprint: what an access token is bound to. */
  readonly thumbprint: string;
  readonly members: PublicMembers;
}

/**
 * Reads the key in the header of a proof. No arithmetic yet: whether it is a point on its curve is found out by whoever
 * verifies with it.
 *
 * @throws ProofRejected PROOF_ALGORITHM_NOT_ALLOWED, PROOF_KEY_NOT_ALLOWED
 */
export function readProofKey({ alg, jwk }: JsonObject): ProofKey {
  const algorithm = PROOF_ALGORITHMS.find((known) => known === alg);
  if (algorithm === undefined) throw new ProofRejected('PROOF_ALGORITHM_NOT_ALLOWED');
  if (!isJsonObject(jwk) || hasSecretMember(jwk) || !isForProofs(jwk, algorithm)) throw notAllowed();
  const members = algorithm === 'ES256' ? readEc(jwk) : readOkp(jwk);
  return { algorithm, thumbprint: jwkThumbprint(members), members };
}

/** @throws ProofRejected PROOF_KEY_NOT_ALLOWED for a point that is not on the curve */
export function verifiesProof(
  { algorithm, members }: ProofKey,
  signed: string,
  signature: Uint8Array,
): boolean {
  const publicKey = publicKeyOf(members);
  if (algorithm === 'ES256')
    return signature.length === ES256_SIGNATURE_BYTES && verifyEs256(publicKey, signed, signature);
  if (signature.length !== ED25519_SIGNATURE_BYTES) return false;
  return verify(null, Buffer.from(signed, 'latin1'), publicKey, signature);
}

/** What a key says of its own use must not speak against this one (RFC 7517 sections 4.2 to 4.4). */
function isForProofs({ alg, use, key_ops: operations }: JsonObject, algorithm: ProofAlgorithm): boolean {
  if ((alg !== undefined && alg !== algorithm) || (use !== undefined && use !== 'sig')) return false;
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
}

function readEc({ kty, crv, x, y }: JsonObject): PublicMembers {
  if (kty !== 'EC' || crv !== 'P-256' || !isWord(x) || !isWord(y)) throw notAllowed();
  return { kty, crv, x, y };
}

function readOkp({ kty, crv, x }: JsonObject): PublicMembers {
  if (kty !== 'OKP' || crv !== 'Ed25519' || !isWord(x)) throw notAllowed();
  return { kty, crv, x };
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && WORD.test(value) && isCanonicalBase64url(value);
}

function publicKeyOf(members: PublicMembers): KeyObject {
  try {
    return createPublicKey({ key: { ...members }, format: 'jwk' });
  } catch {
    throw notAllowed();
  }
}

function notAllowed(): ProofRejected {
  return new ProofRejected('PROOF_KEY_NOT_ALLOWED');
}
