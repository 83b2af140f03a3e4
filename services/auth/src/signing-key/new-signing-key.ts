import { generateKeyPairSync } from 'node:crypto';
import { jwkThumbprint, type PublicJwk } from '@gatehouse/tokens';
import type { Sealing } from './sealing.js';

/** A key pair on its way into the database. */
export interface NewSigningKey {
  readonly publicJwk: PublicJwk;
  readonly sealedPrivateKey: Buffer;
}

/** Makes an ES256 key pair; its ID is its RFC 7638 thumbprint. */
export function newSigningKey(sealing: Sealing): NewSigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string };
  const kid = jwkThumbprint({ crv: 'P-256', x, y });
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  return {
    publicJwk: { kty: 'EC', crv: 'P-256', x, y, alg: 'ES256', use: 'sig', kid },
    sealedPrivateKey: sealing.seal(pkcs8, kid),
  };
}
