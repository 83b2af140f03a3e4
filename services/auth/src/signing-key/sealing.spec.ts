import { generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { signEs256 } from './es256-signer.js';
import { Sealing } from './sealing.js';

describe('sealing', () => {
  const secret = randomBytes(32);
  const plain = Buffer.from('a private key');

  it('opens what it sealed, under the name it was sealed for', () => {
    const sealed = new Sealing(secret).seal(plain, 'kid-1');
    expect(new Sealing(secret).open(sealed, 'kid-1')).toEqual(plain);
    expect(sealed.includes(plain)).toBe(false);
    expect(() => new Sealing(secret).open(sealed, 'kid-2')).toThrow();
  });

  it('never seals the same way twice, and notices every changed byte', () => {
    const sealing = new Sealing(secret);
    const sealed = sealing.seal(plain, 'kid');
    expect(sealing.seal(plain, 'kid')).not.toEqual(sealed);
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index]! ^= 1;
      expect(() => sealing.open(changed, 'kid')).toThrow();
    }
  });

  it('opens with the previous secret and seals with the current one', () => {
    const sealed = new Sealing(secret).seal(plain, 'kid');
    const next = randomBytes(32);
    expect(new Sealing(next, secret).open(sealed, 'kid')).toEqual(plain);
    expect(() => new Sealing(next).open(sealed, 'kid')).toThrow('sealed with another key');
    expect(new Sealing(next).open(new Sealing(next, secret).seal(plain, 'kid'), 'kid')).toEqual(plain);
  });
});

describe('ES256', () => {
  // Short integers come about once in 256 signatures, for r and for s.
  it('writes r and s in 64 bytes, however long the integers are', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    let short = 0;
    for (let index = 0; index < 2_000; index++) {
      const text = `signed ${index}`;
      const signature = signEs256(privateKey, text);
      if (signature[0] === 0 || signature[32] === 0) short++;
      const key = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
      if (!verify('sha256', Buffer.from(text), key, signature))
        throw new Error(`wrong: ${signature.toString('hex')}`);
    }
    expect(short).toBeGreaterThan(0);
  });
});
