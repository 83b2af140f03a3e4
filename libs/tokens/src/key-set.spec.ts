import { generateKeyPairSync } from 'node:crypto';
import { createSigningKey } from '@gatehouse/testing';
import { describe, expect, it } from '@jest/globals';
import { InvalidKeySet } from './invalid-key-set.js';
import { KeySet } from './key-set.js';

const { jwk, privateKey } = createSigningKey();
const other = createSigningKey().jwk;

describe('KeySet.from', () => {
  it('admits ES256 keys under their IDs', async () => {
    const keys = KeySet.from({ keys: [jwk, { ...other, nbf: 1_800_000_000 }] });
    expect(keys.keyIds).toEqual([jwk.kid, other.kid]);
    expect(keys.find(jwk.kid)).toMatchObject({ keyId: jwk.kid, thumbprint: jwk.kid, notBefore: 0 });
    expect(keys.find(other.kid)?.notBefore).toBe(1_800_000_000);
    expect(keys.find('another')).toBeUndefined();
    await expect(keys.lookUp('another')).resolves.toBeUndefined();
  });

  it('hands on what it admitted, and nothing else', () => {
    const { x, y, alg, use, kty, crv, kid } = jwk;
    const encryption = { ...createSigningKey().jwk, use: 'enc' };
    const keys = KeySet.from({ keys: [{ ...jwk, more: 1 }, { ...other, nbf: 1_800_000_000 }, encryption] });
    const handedOn = keys.toJwkSet();
    expect(handedOn).toEqual({
      keys: [
        { x, y, alg, use, kty, crv, kid },
        { ...other, nbf: 1_800_000_000 },
      ],
    });
    expect(KeySet.from(handedOn).toJwkSet()).toEqual(handedOn);
  });

  it.each([
    ['another algorithm', { ...jwk, alg: 'ES384' }],
    ['no algorithm', { ...jwk, alg: undefined }],
    ['encryption', { ...jwk, use: 'enc' }],
    ['no use', { ...jwk, use: undefined }],
    ['RSA', { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'rsa', alg: 'RS256', use: 'sig' }],
  ])('leaves out a key for %s', (_what, ignored) => {
    expect(KeySet.from({ keys: [other, ignored] }).keyIds).toEqual([other.kid]);
  });

  it.each([
    ['a private member', privateKey.export({ format: 'jwk' })],
    ['a private member on a key of another purpose', { kty: 'RSA', kid: 'rsa', alg: 'RS256', d: 'AQ' }],
    ['a symmetric key', { kty: 'oct', kid: 'mac', alg: 'HS256', k: 'AAAA' }],
    ['an ES256 key that is RSA', { ...jwk, kty: 'RSA' }],
    ['an ES256 key on another curve', { ...jwk, crv: 'P-384' }],
    ['a point off the curve', { ...jwk, y: other.y }],
    ['a short coordinate', { ...jwk, x: 'AAAA' }],
    ['a coordinate with spare bits', { ...jwk, x: `${'A'.repeat(42)}B` }],
    ['a coordinate that is no string', { ...jwk, y: 7 }],
    ['an ES256 key without an ID', { ...jwk, kid: undefined }],
    ['an ID that is no identifier', { ...jwk, kid: 'a\nb' }],
    ['an activation time that is no number', { ...jwk, nbf: 'now' }],
    ['operations without verify', { ...jwk, key_ops: ['encrypt'] }],
    ['a key that is no object', 'key'],
  ])('refuses the whole set for %s', (_what, key) => {
    expect(() => KeySet.from({ keys: [other, key] })).toThrow(InvalidKeySet);
  });

  it('refuses a key ID that occurs twice, also across purposes', () => {
    expect(() => KeySet.from({ keys: [jwk, { ...other, kid: jwk.kid }] })).toThrow(InvalidKeySet);
    expect(() => KeySet.from({ keys: [jwk, { ...other, kid: jwk.kid, alg: 'ES384' }] })).toThrow(
      InvalidKeySet,
    );
  });

  it.each([undefined, null, [], 'keys', {}, { keys: {} }])('refuses %j, which is no key set', (value) => {
    expect(() => KeySet.from(value)).toThrow(InvalidKeySet);
  });

  it('refuses a key that claims P-256 and is on secp256k1', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    const { x, y } = publicKey.export({ format: 'jwk' });
    expect(() => KeySet.from({ keys: [{ ...jwk, x, y }] })).toThrow(InvalidKeySet);
  });

  it('keeps the object of an unchanged key, and not that of a changed one', () => {
    const before = KeySet.from({ keys: [jwk, other] });
    const after = KeySet.from({ keys: [{ ...jwk }, { ...other, nbf: 1_800_000_000 }] }, before);
    expect(after.find(jwk.kid)).toBe(before.find(jwk.kid));
    expect(after.find(other.kid)).not.toBe(before.find(other.kid));

    const replaced = KeySet.from({ keys: [{ ...other, kid: jwk.kid }] }, before);
    expect(replaced.find(jwk.kid)).not.toBe(before.find(jwk.kid));
  });
});
