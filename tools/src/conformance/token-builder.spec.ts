import { describe, expect, it } from '@jest/globals';
import type { Operation } from './corpus.js';
import { CorpusKeys } from './corpus-keys.js';
import { decide } from './decision.js';
import { ownCorpus } from './own-corpus.js';
import { buildToken } from './token-builder.js';
import { VerifierUnderTest } from './verifier-under-test.js';

const { profile, cases } = ownCorpus();
const keys = new CorpusKeys();
const now = 1_800_000_000;
const signed: Operation = { op: 'sign', with: 'active' };

function build(...operations: Operation[]): string {
  return buildToken(profile, keys, operations, now);
}

async function reasonOf(text: string): Promise<string> {
  const { verifier } = new VerifierUnderTest(profile, now, keys.keySet());
  return (await decide(verifier, text)).reason;
}

/** An attack is one only when everything else about it is right: it must fail at the check it is aimed at. */
describe('a built attack fails where it is aimed', () => {
  it.each([
    ['alg-none-keepsig', 'ALGORITHM_NOT_ALLOWED'],
    ['alg-hs256-pem', 'ALGORITHM_NOT_ALLOWED'],
    ['alg-rsa-not-allowed', 'ALGORITHM_NOT_ALLOWED'],
    ['key-jku-valid-sig', 'HEADER_MEMBER_FORBIDDEN'],
    ['key-jwk', 'HEADER_MEMBER_FORBIDDEN'],
    ['key-kid-other-key', 'SIGNATURE_INVALID'],
    ['key-other-purpose', 'KEY_UNKNOWN'],
    ['key-kid-crlf', 'KEY_ID_MALFORMED'],
    ['sig-zero', 'SIGNATURE_INVALID'],
    ['sig-append', 'SIGNATURE_INVALID'],
    ['sig-other-token', 'SIGNATURE_INVALID'],
    ['hdr-dup-escaped', 'HEADER_MALFORMED'],
    ['hdr-bom', 'HEADER_MALFORMED'],
    ['hdr-deep', 'TEXT_TOO_LONG'],
    ['typ-id-token', 'TYPE_NOT_ALLOWED'],
    ['clm-dup-sub', 'CLAIMS_MALFORMED'],
    ['clm-ctor', 'CLAIMS_MALFORMED'],
    ['clm-bad-utf8', 'CLAIMS_MALFORMED'],
    ['clm-payload-bom', 'CLAIMS_MALFORMED'],
    ['clm-exp-string', 'TIME_MALFORMED'],
    ['clm-exp-ms', 'LIFETIME_INVALID'],
    ['clm-nbf-future', 'NOT_YET_VALID'],
    ['clm-aud-nested', 'AUDIENCE_MISMATCH'],
    ['clm-cnf-jkt', 'PROOF_REQUIRED'],
    ['clm-sid-missing', 'SESSION_ID_MALFORMED'],
    ['enc-bits-signature', 'TEXT_MALFORMED'],
    ['ser-jwe-pbes2', 'TEXT_MALFORMED'],
  ])('%s: %s', async (id, reason) => {
    const attackCase = cases.find((one) => one.id === id);
    expect(await reasonOf(build(...(attackCase?.build ?? [])))).toBe(reason);
  });
});

describe('buildToken', () => {
  it('builds the valid access token of the profile when it is only signed', async () => {
    expect(await reasonOf(build(signed))).toBe('accepted for user_1');
  });

  it('builds genuine access tokens of the last length within the limit and the first beyond', async () => {
    const tooLong = build(signed, { op: 'token', fn: 'pad8k' });
    expect(tooLong.length).toBeGreaterThan(profile.maxTokenChars);
    expect(tooLong.length).toBeLessThan(profile.maxTokenChars + 3);
    expect(await reasonOf(tooLong)).toBe('TEXT_TOO_LONG');
    const { verifier } = new VerifierUnderTest({ ...profile, maxTokenChars: 8_300 }, now, keys.keySet());
    expect(await decide(verifier, tooLong)).toMatchObject({ status: 'OK' });
  });

  it.each([0, 1, 2])('always changes the encoding it is asked to change, in segment %d', (i) => {
    const bytes = (text: string) => Buffer.from(text.split('.')[i] ?? '', 'base64url').toString('base64url');
    const respelled = build(signed, { op: 'segment', i, fn: 'bits' });
    expect(respelled.split('.')[i]).not.toBe(bytes(respelled));
    expect(build(signed, { op: 'segment', i, fn: 'std' }).split('.')[i]).toMatch(/[+/]/);
    expect(build(signed, { op: 'segment', i, fn: 'pad' }).split('.')[i]).toMatch(/=$/);
  });

  it('signs over spare bits and spaces, so that only the spelling is wrong', async () => {
    for (const op of ['bitsBeforeSign', 'wsBeforeSign'])
      expect(await reasonOf(build({ op }))).toBe('TEXT_MALFORMED');
  });

  it('nests an access token as a payload', async () => {
    expect(await reasonOf(build({ op: 'nestedPayload' }, signed))).toBe('CLAIMS_MALFORMED');
  });

  it.each([
    [{ op: 'unheard-of' }],
    [{ op: 'signature', fn: 'unheard-of' }],
    [{ op: 'segment', i: 0, fn: 'unheard-of' }],
    [{ op: 'token', fn: 'unheard-of' }],
    [{ op: 'hmac', hash: 'sha256', secret: 'unheard-of' }],
    [{ op: 'sign', with: 'active', alg: 'unheard-of' }],
  ])('does not guess what %j means', (operation) => {
    expect(() => build(operation)).toThrow(/^unknown/);
  });
});
