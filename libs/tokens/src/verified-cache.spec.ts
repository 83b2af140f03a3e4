import { createSigningKey } from '@gatehouse/testing';
import { describe, expect, it } from '@jest/globals';
import { KeySet } from './key-set.js';
import { readClaims } from './read-claims.js';
import { revocableNames } from './revocable-names.js';
import { VerifiedCache } from './verified-cache.js';
import type { VerifiedEntry } from './verified-cache.js';

const { jwk } = createSigningKey();
const key = KeySet.from({ keys: [jwk] }).find(jwk.kid)!;
const claims = readClaims(
  { iss: 'i', aud: 'a', sub: 's', client_id: 's', jti: 'j', iat: 1, exp: 2 },
  { issuer: 'i', audience: 'a', maxLifetimeSeconds: 900 },
  jwk.kid,
);

function entry(name: string, signature = name): VerifiedEntry {
  return {
    text: `h.${name}.${signature.padStart(86, '_')}`,
    claims,
    names: revocableNames(claims),
    key,
    clearUpTo: NaN,
  };
}

describe('VerifiedCache', () => {
  it('answers for the whole text only', () => {
    const cache = new VerifiedCache(10);
    const held = entry('one', 'same');
    cache.add(held);
    expect(cache.find(held.text)).toBe(held);
    expect(cache.find(entry('two', 'same').text)).toBeUndefined();
    expect(cache.find(held.text.slice(0, -1))).toBeUndefined();
    expect(cache.find(held.text)).toBe(held);
  });

  it('answers for the whole text only, in the old generation too', () => {
    const cache = new VerifiedCache(2);
    const held = entry('one', 'same');
    cache.add(held);
    cache.add(entry('next'));
    expect(cache.find(entry('two', 'same').text)).toBeUndefined();
    expect(cache.find(held.text)).toBe(held);
  });

  it('never holds more than its bound', () => {
    const cache = new VerifiedCache(100);
    for (let index = 0; index < 1_000; index++) {
      cache.add(entry(`t${index}`));
      cache.find(entry(`t${index - 60}`).text);
      expect(cache.size).toBeLessThanOrEqual(100);
    }
  });

  it('keeps what is in use and forgets what is not', () => {
    const cache = new VerifiedCache(100);
    const used = entry('used');
    const unused = entry('unused');
    cache.add(used);
    cache.add(unused);
    for (let index = 0; index < 1_000; index++) {
      cache.add(entry(`t${index}`));
      expect(cache.find(used.text)).toBe(used);
    }
    expect(cache.find(unused.text)).toBeUndefined();
  });

  it('forgets an entry in either generation', () => {
    const cache = new VerifiedCache(2);
    const old = entry('old');
    const young = entry('young');
    cache.add(old);
    cache.add(young);
    cache.delete(old);
    cache.delete(young);
    expect(cache.size).toBe(0);
  });

  it('remembers nothing when its bound is 0', () => {
    const cache = new VerifiedCache(0);
    cache.add(entry('one'));
    expect(cache.size).toBe(0);
  });
});
