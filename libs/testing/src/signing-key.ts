import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The public half of a signing key as a key set carries it (RFC 7517). */
export interface SpecPublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
  readonly kid: string;
}

/** An ES256 key that a spec signs access tokens with. */
export interface SpecSigningKey {
  /** RFC 7638 thumbprint. */
  readonly keyId: string;
  readonly jwk: SpecPublicJwk;
  readonly privateKey: KeyObject;
  /**
   * Signs claims into a compact JWS.
   *
   * @param header overrides members of the header `{ alg: ES256, typ: at+jwt, kid }`; undefined removes one
   */
  sign(claims: object, header?: Readonly<Record<string, unknown>>): string;
  /** Signs two segments exactly as given, encoded or not: `header.payload.signature`. */
  signSegments(header: string, payload: string): string;
}

/** Makes a fresh ES256 key pair. Computes everything itself, so that what a spec tests cannot vouch for itself. */
export function createSigningKey(): SpecSigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string };
  const required = JSON.stringify({ crv: 'P-256', kty: 'EC', x, y });
  const keyId = createHash('sha256').update(required).digest('base64url');

  function signSegments(header: string, payload: string): string {
    const signed = `${header}.${payload}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  return {
    keyId,
    jwk: { kty: 'EC', crv: 'P-256', x, y, alg: 'ES256', use: 'sig', kid: keyId },
    privateKey,
    sign: (claims, header = {}) =>
      signSegments(encodeJson({ alg: 'ES256', typ: 'at+jwt', kid: keyId, ...header }), encodeJson(claims)),
    signSegments,
  };
}

function encodeJson(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
