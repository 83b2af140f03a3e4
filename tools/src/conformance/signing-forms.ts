import { createHmac, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { CorpusKeys } from './corpus-keys.js';

/**
 * Signs a text by the algorithm that a case asks for, which need not be the one its header names.
 *
 * @param hash digest of an ECDSA signature
 */
export function signWith(key: KeyObject, text: string, alg: string, hash: string): Buffer {
  const data = Buffer.from(text);
  switch (alg) {
    case 'ES256':
      return sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
    case 'RS256':
      return sign('sha256', data, key);
    case 'EdDSA':
      return sign(null, data, key);
    default:
      throw new Error(`unknown signature algorithm ${alg}`);
  }
}

/** The algorithm confusion attack: a MAC whose secret is something public (RFC 8725 section 2.1). */
export function hmacWith(keys: CorpusKeys, hash: string, secretForm: string, text: string): Buffer {
  return createHmac(hash, publicSecret(keys, secretForm)).update(text).digest();
}

function publicSecret(keys: CorpusKeys, form: string): string | Buffer {
  const { publicKey, keyId } = keys.get('active');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const der = publicKey.export({ type: 'spki', format: 'der' });
  switch (form) {
    case 'spki-pem':
      return pem;
    case 'spki-pem-nonl':
      return pem.trimEnd();
    case 'spki-der':
      return der;
    case 'rsa-spki-pem':
      return keys.get('rsa').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    case 'jwk-json':
      return JSON.stringify(keys.jwk('active'));
    case 'jwk-x':
      return Buffer.from(String(keys.jwk('active')['x']), 'base64url');
    case 'raw-point': // uncompressed: one byte of form, 32 of x, 32 of y
      return der.subarray(-65);
    case 'kid':
      return keyId;
    case 'secret':
      return 'secret';
    case 'empty':
      return '';
    default:
      throw new Error(`unknown secret form ${form}`);
  }
}
