import { randomBytes, randomInt } from 'node:crypto';
import { createSigningKey } from '@gatehouse/testing';
import { describe, expect, it } from '@jest/globals';
import { AccessTokenVerifier } from './access-token-verifier.js';
import { KeySet } from './key-set.js';
import { TokenRejected } from './token-rejected.js';

const ISSUER = 'https://auth.example.test';
const AUDIENCE = 'resources';
const signers = [createSigningKey(), createSigningKey()] as const;
const keys = KeySet.from({ keys: signers.map(({ jwk }) => jwk) });
const now = Math.floor(Date.now() / 1_000);

function claimsOf(subject: string, jti: string) {
  const times = { iat: now, exp: now + 300 };
  return { iss: ISSUER, aud: AUDIENCE, sub: subject, client_id: 'web', sid: `s-${jti}`, jti, ...times };
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

describe('the memory of a verifier', () => {
  it('never mixes claims, whatever order random access tokens and forgeries come in', async () => {
    // Small, so that entries are evicted and come back.
    const verifier = new AccessTokenVerifier({ issuer: ISSUER, audience: AUDIENCE, keys, cacheSize: 64 });
    const genuine = Array.from({ length: 200 }, (_, index) => {
      const subject = `subject-${index}`;
      const jti = randomBytes(8).toString('hex');
      return { subject, jti, text: signers[index % 2]!.sign(claimsOf(subject, jti)) };
    });
    for (let round = 0; round < 3_000; round++) {
      const one = genuine[randomInt(genuine.length)]!;
      const other = genuine[randomInt(genuine.length)]!;
      const claims = verifier.peek(one.text) ?? (await verifier.verify(one.text));
      expect([claims.subject, claims.tokenId]).toEqual([one.subject, one.jti]);
      if (one === other) continue;
      // The signature of one under the claims of the other.
      const [header, , signature] = one.text.split('.');
      const forged = [header, other.text.split('.')[1], signature].join('.');
      expect(verifier.peek(forged)).toBeUndefined();
      if (round % 20 === 0) await expect(verifier.verify(forged)).rejects.toThrow(TokenRejected);
    }
  });
});

describe('a hostile text', () => {
  const { keyId } = signers[0];
  const header = encode(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: keyId }));
  const signature = 'A'.repeat(86);
  const fill = 8_192 - 86 - 2;
  const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const members = (count: number) =>
    `{${Array.from({ length: count }, (_, index) => `"${index.toString(36)}":0`).join()}}`;
  const genuine = (payload: string) => signers[0].signSegments(header, encode(payload));

  it.each([
    ['a million dots', '.'.repeat(1_000_000)],
    ['a million letters', 'A'.repeat(1_000_000)],
    ['8,192 dots', '.'.repeat(8_192)],
    ['8,192 letters', 'A'.repeat(8_192)],
    ['a long header', `${'A'.repeat(fill - 4)}.AAAA.${signature}`],
    ['a nested header', `${encode(nested(380))}.AAAA.${signature}`],
    ['a header of many members', `${encode(members(90))}.AAAA.${signature}`],
    ['a header of quotes', `${encode(`{"a":"${'\\"'.repeat(370)}"}`)}.AAAA.${signature}`],
    ['a signed nested payload', genuine(nested(2_900))],
    ['a signed payload of many members', genuine(members(800))],
    ['a signed payload of many array elements', genuine(`{"a":[${'0,'.repeat(2_800)}0]}`)],
    ['a signed payload of escapes', genuine(`{"a":"${'\\u0061'.repeat(950)}"}`)],
    ['a signed payload of long names', genuine(`{"${'\\\\'.repeat(1_400)}":0,"${'\\\\'.repeat(1_400)}":0}`)],
  ])('is refused without cost: %s', async (_what, text) => {
    const verifier = new AccessTokenVerifier({ issuer: ISSUER, audience: AUDIENCE, keys });
    // The least of several runs: one alone may meet a garbage collection. The goal is 5 ms.
    let leastMs = Infinity;
    for (let run = 0; run < 5; run++) {
      const before = process.cpuUsage();
      await expect(verifier.verify(text)).rejects.toThrow(TokenRejected);
      const { user, system } = process.cpuUsage(before);
      leastMs = Math.min(leastMs, (user + system) / 1_000);
    }
    expect(leastMs).toBeLessThan(5);
  });

  it('made of random bytes is always refused as an access token', async () => {
    const verifier = new AccessTokenVerifier({ issuer: ISSUER, audience: AUDIENCE, keys });
    const valid = signers[0].sign(claimsOf('subject-1', 'id-1'));
    await verifier.verify(valid);
    for (let round = 0; round < 2_000; round++) {
      const at = randomInt(valid.length);
      const changed = valid.slice(0, at) + String.fromCharCode(randomInt(1, 256)) + valid.slice(at + 1);
      if (changed !== valid) await expect(verifier.verify(changed)).rejects.toThrow(TokenRejected);
      const text = [randomInt(60), randomInt(60), 64].map((size) => randomBytes(size).toString('base64url'));
      await expect(verifier.verify(text.join('.'))).rejects.toThrow(TokenRejected);
    }
  });
});
