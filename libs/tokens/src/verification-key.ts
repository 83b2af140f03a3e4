import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isCanonicalBase64url } from './compact-text.js';
import { isIdentifier, MAX_KEY_ID_CHARS } from './identifier.js';
import { InvalidKeySet } from './invalid-key-set.js';
import { jwkThumbprint } from './jwk-thumbprint.js';
import type { JsonObject } from './strict-json.js';

/** A public signing key as the key set carries it (RFC 7517, RFC 7518 section 6.2.1). */
export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
  readonly kid: string;
  /** Seconds since the epoch before which the key signs nothing; absent when the key is active or retiring. */
  readonly nbf?: number;
}

/** A key admitted for checking signatures, prepared once. */
export interface VerificationKey {
  readonly keyId: string;
  /** RFC 7638 thumbprint: tells a key from another one under the same ID. */
  readonly thumbprint: string;
  /** Seconds since the epoch before which a signature of this key is refused; 0 for an active key. */
  readonly notBefore: number;
  readonly publicKey: KeyObject;
}

/** Members that only private or symmetric keys have (RFC 7518 section 6). */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const;

/** A P-256 coordinate: exactly 32 bytes, leading zeros included (RFC 7518 section 6.2.1.2). */
const COORDINATE = /^[A-Za-z0-9_-]{43}$/;

/**
 * Admits one member of a key set for ES256.
 *
 * @returns undefined for a well-formed key of another purpose (another algorithm, `use: enc`), which RFC 7517
 *   section 5 says to ignore
 * @throws InvalidKeySet when the key is secret, or claims to be for ES256 signatures and is not fit for them
 */
export function admitKey(jwk: JsonObject): VerificationKey | undefined {
  if (hasSecretMember(jwk)) {
    throw new InvalidKeySet('a key set must hold public keys only');
  }
  if (jwk['alg'] !== 'ES256' || jwk['use'] !== 'sig') return undefined;
  const { kty, crv, x, y, kid, nbf, key_ops: operations } = jwk;
  if (kty !== 'EC' || crv !== 'P-256') throw new InvalidKeySet('an ES256 key must be on P-256');
  if (!isIdentifier(kid, MAX_KEY_ID_CHARS)) throw new InvalidKeySet('an ES256 key must have a key ID');
  if (!isCoordinate(x) || !isCoordinate(y)) throw new InvalidKeySet('a coordinate must be 32 bytes');
  if (nbf !== undefined && !Number.isFinite(nbf)) throw new InvalidKeySet('nbf must be a number of seconds');
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    throw new InvalidKeySet('key_ops must allow verify');
  }
  return {
    keyId: kid,
    thumbprint: jwkThumbprint({ crv, x, y }),
    notBefore: (nbf as number | undefined) ?? 0,
    publicKey: publicKeyAt(x, y),
  };
}

/** Whether a key is symmetric, or holds what only private keys have. */
export function hasSecretMember(jwk: JsonObject): boolean {
  return jwk['kty'] === 'oct' || SECRET_MEMBERS.some((member) => Object.hasOwn(jwk, member));
}

/** The key as a key set carries it; {@link admitKey} admits it again. */
export function toPublicJwk({ keyId, notBefore, publicKey }: VerificationKey): PublicJwk {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const key = { kty: 'EC', crv: 'P-256', x, y, alg: 'ES256', use: 'sig', kid: keyId } as const;
  return notBefore === 0 ? key : { ...key, nbf: notBefore };
}

function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && COORDINATE.test(value) && isCanonicalBase64url(value);
}

function publicKeyAt(x: string, y: string): KeyObject {
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch (cause) {
    throw new InvalidKeySet('the point is not on the curve', { cause });
  }
}
