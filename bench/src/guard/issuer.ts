import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { jwkThumbprint, type AccessTokenClaims, type JwkSet } from '@gatehouse/tokens';

/** `iss` and `aud` of the bench's access tokens. */
export const ISSUER = 'https://auth.gatehouse.example';
export const API_AUDIENCE = 'gatehouse-api';

/** Who calls. */
export const SUBJECT = '7f5a3ad4-52ab-4a41-8c0c-3d8f6f1f9b10';

/** What a server knows of the issuer: its one key, as a key set and in PEM. */
export interface PublicKey {
  readonly keySet: JwkSet;
  readonly pem: string;
}

/** Issues access tokens as auth does. */
export interface Issuer {
  readonly publicKey: PublicKey;
  /** Values of `authorization`, each with another access token of the subject. */
  authorizations(subject: string, count: number): readonly string[];
  /** The value with one access token whose claims differ from the usual ones. */
  authorization(subject: string, claims: Partial<AccessTokenClaims>): string;
}

/** The longest that services accept: none expires within a run. */
const LIFETIME_SECONDS = 900;

/** Makes an issuer with a fresh ES256 key. */
export function createIssuer(): Issuer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string };
  const kid = jwkThumbprint({ crv: 'P-256', x, y });
  const header = encodeJson({ alg: 'ES256', typ: 'at+jwt', kid });
  const authorization = (subject: string, differing: Partial<AccessTokenClaims> = {}) => {
    const iat = Math.floor(Date.now() / 1_000);
    const claims: AccessTokenClaims = {
      iss: ISSUER,
      aud: API_AUDIENCE,
      sub: subject,
      client_id: 'gatehouse-web',
      sid: randomUUID(),
      credential: 'session',
      jti: randomUUID(),
      iat,
      exp: iat + LIFETIME_SECONDS,
      scope: 'resources:read resources:write',
      ...differing,
    };
    const signed = `${header}.${encodeJson(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `Bearer ${signed}.${signature.toString('base64url')}`;
  };
  return {
    publicKey: {
      keySet: { keys: [{ kty: 'EC', crv: 'P-256', x, y, alg: 'ES256', use: 'sig', kid }] },
      pem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    },
    authorization,
    authorizations: (subject, count) => Array.from({ length: count }, () => authorization(subject)),
  };
}

function encodeJson(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
