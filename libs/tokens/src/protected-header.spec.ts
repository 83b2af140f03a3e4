import { describe, expect, it } from '@jest/globals';
import { readProtectedHeader } from './protected-header.js';
import { reasonOf } from './spec-reason.js';

const VALID = { alg: 'ES256', typ: 'at+jwt', kid: 'key-1' };

function read(header: object) {
  return readProtectedHeader(Buffer.from(JSON.stringify(header)).toString('base64url'));
}

describe('readProtectedHeader', () => {
  it('gives the key ID and the type, and ignores members it does not know', () => {
    expect(read({ ...VALID, x_unknown: 1 })).toEqual({ keyId: 'key-1', type: 'at+jwt' });
  });

  it.each(['es256', 'ES256 ', 'none', 'HS256', 'RS256', 'ES384', 'EdDSA', '', 0, ['ES256'], null, undefined])(
    'refuses the algorithm %j',
    (alg) => {
      expect(reasonOf(() => read({ ...VALID, alg }))).toBe('ALGORITHM_NOT_ALLOWED');
    },
  );

  it.each(['jku', 'jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'crit', 'b64', 'zip', 'enc', 'cty', 'p2c', 'epk'])(
    'refuses the member %s, whatever its value',
    (member) => {
      expect(reasonOf(() => read({ ...VALID, [member]: null }))).toBe('HEADER_MEMBER_FORBIDDEN');
    },
  );

  it.each([undefined, null, '', {}, 7, 'a b', 'a\r\nb', '../key', "a'--", 'k'.repeat(65)])(
    'refuses the key ID %j',
    (kid) => {
      expect(reasonOf(() => read({ ...VALID, kid }))).toBe('KEY_ID_MALFORMED');
    },
  );

  it('does not decode more than 1,024 characters', () => {
    expect(reasonOf(() => readProtectedHeader('A'.repeat(1_024)))).toBe('HEADER_MALFORMED');
    expect(reasonOf(() => readProtectedHeader('A'.repeat(1_028)))).toBe('HEADER_TOO_LONG');
  });
});
