import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { jwkThumbprint, type PublicJwk } from '@gatehouse/tokens';

/** A signing key of the specs' own that the issuer's key set lists, as it lists a key that was rotated out. */
export interface ListedKey {
  readonly keyId: string;
  readonly publicJwk: PublicJwk;
  /** PKCS #8, PEM. */
  readonly privatePem: string;
}

/** Makes a key; it counts once the key set lists it. */
export function makeListedKey(): ListedKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string };
  const keyId = jwkThumbprint({ crv: 'P-256', x, y });
  return {
    keyId,
    publicJwk: { kty: 'EC', use: 'sig', alg: 'ES256', crv: 'P-256', kid: keyId, x, y } as PublicJwk,
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** What an access token is minted with. */
export interface Minting {
  readonly issuer: string;
  readonly key: ListedKey;
}

/**
 * Signs an access token that is genuine in everything that `claims` does not change.
 *
 * @param options.issuedAgoSeconds how long ago it was issued; it lives 300 seconds
 */
export function mintAccessToken(
  { issuer, key }: Minting,
  claims: object,
  { issuedAgoSeconds = 0 }: { readonly issuedAgoSeconds?: number } = {},
): string {
  const iat = Math.floor(Date.now() / 1_000) - issuedAgoSeconds;
  const header = { alg: 'ES256', typ: 'at+jwt', kid: key.keyId };
  const payload = { iss: issuer, jti: randomUUID(), iat, exp: iat + 300, ...claims };
  const signed = [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(signed), { key: key.privatePem, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
