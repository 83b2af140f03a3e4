import { createHash, generateKeyPairSync, randomUUID, sign, webcrypto } from 'node:crypto';

/** A key that a caller of a spec proves possession of (DPoP, RFC 9449). */
export interface SpecProofKey {
  readonly jwk: Readonly<Record<string, string>>;
  /** The private half as well, as no proof may have it. */
  readonly privateJwk: Readonly<Record<string, string>>;
  /** RFC 7638 thumbprint: the `jkt` of what is bound to it. */
  readonly thumbprint: string;
  /**
   * A proof for a request, fresh unless the claims say otherwise.
   *
   * @param claims overrides members of the payload; undefined removes one
   * @param header overrides members of the header, likewise
   */
  prove(
    request: SpecProofRequest,
    claims?: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ): string;
  /** The same pair, for libraries that make proofs themselves. */
  keyPair(): Promise<webcrypto.CryptoKeyPair>;
  /** Signs two segments exactly as given: `header.payload.signature`. */
  signSegments(header: string, payload: string): string;
}

/** What a proof speaks of. */
export interface SpecProofRequest {
  readonly method: string;
  readonly uri: string;
  readonly accessToken: string;
}

/** Makes a fresh key pair. Computes everything itself, so that what a spec tests cannot vouch for itself. */
export function createProofKey(alg: 'ES256' | 'Ed25519' = 'ES256'): SpecProofKey {
  const isEc = alg === 'ES256';
  const { privateKey } = isEc
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('ed25519');
  const privateJwk = privateKey.export({ format: 'jwk' }) as Record<string, string>;
  const { d: _secret, ...jwk } = privateJwk;
  const { crv, kty, x, y } = jwk;
  const required = JSON.stringify(isEc ? { crv, kty, x, y } : { crv, kty, x });

  function signSegments(header: string, payload: string): string {
    const signed = `${header}.${payload}`;
    const signature = isEc
      ? sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
      : sign(null, Buffer.from(signed), privateKey);
    return `${signed}.${signature.toString('base64url')}`;
  }

  return {
    jwk,
    privateJwk,
    thumbprint: createHash('sha256').update(required).digest('base64url'),
    signSegments,
    keyPair: async () => {
      const algorithm = isEc ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'Ed25519' };
      const [publicKey, signingKey] = await Promise.all([
        webcrypto.subtle.importKey('jwk', jwk, algorithm, true, ['verify']),
        webcrypto.subtle.importKey('jwk', privateJwk, algorithm, false, ['sign']),
      ]);
      return { publicKey, privateKey: signingKey };
    },
    prove: ({ method, uri, accessToken }, claims = {}, header = {}) => {
      const payload = {
        jti: randomUUID(),
        htm: method,
        htu: uri,
        iat: Math.floor(Date.now() / 1_000),
        ath: createHash('sha256').update(accessToken).digest('base64url'),
        ...claims,
      };
      return signSegments(encodeJson({ typ: 'dpop+jwt', alg, jwk, ...header }), encodeJson(payload));
    },
  };
}

function encodeJson(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
