import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { verifyEs256 } from './es256.js';

/** RFC 7515 appendix A.3. */
const RFC_KEY = createPublicKey({
  format: 'jwk',
  key: {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  },
});
const RFC_SIGNED =
  'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ';
const RFC_SIGNATURE = Buffer.from(
  'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
  'base64url',
);

describe('verifyEs256', () => {
  it('accepts the example of RFC 7515', () => {
    expect(verifyEs256(RFC_KEY, RFC_SIGNED, RFC_SIGNATURE)).toBe(true);
  });

  it('refuses it over another text, with a bit changed, halves swapped, shortened or extended', () => {
    expect(verifyEs256(RFC_KEY, `${RFC_SIGNED}Q`, RFC_SIGNATURE)).toBe(false);
    const changed = Buffer.from(RFC_SIGNATURE);
    changed[63]! ^= 1;
    const swapped = Buffer.concat([RFC_SIGNATURE.subarray(32), RFC_SIGNATURE.subarray(0, 32)]);
    const extended = Buffer.concat([RFC_SIGNATURE, Buffer.of(0)]);
    for (const signature of [changed, swapped, extended, RFC_SIGNATURE.subarray(0, 63), Buffer.of()]) {
      expect(verifyEs256(RFC_KEY, RFC_SIGNED, signature)).toBe(false);
    }
  });

  it('refuses integers outside the range', () => {
    const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
    const zero = Buffer.alloc(32);
    const one = Buffer.alloc(32, 0).fill(1, 31);
    const largest = Buffer.alloc(32, 0xff);
    for (const r of [zero, one, order, largest]) {
      for (const s of [zero, one, order, largest]) {
        expect(verifyEs256(RFC_KEY, RFC_SIGNED, Buffer.concat([r, s]))).toBe(false);
      }
    }
  });

  it.each([
    ['r with a leading zero byte', (raw: Buffer) => raw[0] === 0 && raw[1]! < 0x80],
    ['s with a leading zero byte', (raw: Buffer) => raw[32] === 0 && raw[33]! < 0x80],
    ['r with a leading one bit', (raw: Buffer) => raw[0]! >= 0x80],
    ['s with a leading one bit', (raw: Buffer) => raw[32]! >= 0x80],
    ['neither', (raw: Buffer) => raw[0]! < 0x80 && raw[32]! < 0x80 && raw[0]! > 0 && raw[32]! > 0],
  ])('accepts %s', (_what, wanted) => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    // The rarest is found within about 512 signatures.
    let text: string;
    let signature: Buffer;
    let index = 0;
    do {
      text = `text-${index++}`;
      signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    } while (!wanted(signature));
    expect(verifyEs256(publicKey, text, signature)).toBe(true);
  });
});
