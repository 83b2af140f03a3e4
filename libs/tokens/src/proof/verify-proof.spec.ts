import { createProofKey, type SpecProofKey } from '@gatehouse/testing';
import { describe, expect, it } from '@jest/globals';
import { jwkThumbprint } from '../jwk-thumbprint.js';
import { ProofRejected } from './proof-rejected.js';
import { verifyProof, type ProofOccasion } from './verify-proof.js';

const NOW = 1_800_000_000;
const REQUEST = {
  method: 'POST',
  uri: 'https://api.example.test/v1/resources',
  accessToken: 'header.claims.signature',
};
const key = createProofKey();
const occasion: ProofOccasion = { ...REQUEST, boundTo: key.thumbprint, now: NOW };

const prove = (claims: object = {}, header: object = {}, by: SpecProofKey = key) =>
  by.prove(REQUEST, { iat: NOW, ...claims }, { ...header });

function faultOf(text: string | undefined, of: ProofOccasion = occasion): string | undefined {
  try {
    verifyProof(text, of);
    return undefined;
  } catch (error) {
    if (error instanceof ProofRejected) return error.reason;
    throw error;
  }
}

const encode = (text: string) => Buffer.from(text).toString('base64url');
/** A proof with a header of this text, and one with a payload of this text; both well signed. */
const withHeader = (text: string) => key.signSegments(encode(text), prove().split('.')[1] as string);
const withPayload = (text: string) => key.signSegments(prove().split('.')[0] as string, encode(text));

describe('a proof', () => {
  it.each(['ES256', 'Ed25519'] as const)('holds that is signed with %s', (algorithm) => {
    const other = createProofKey(algorithm);
    expect(faultOf(prove({}, {}, other), { ...occasion, boundTo: other.thumbprint })).toBeUndefined();
  });

  it('holds that stands in RFC 9449, section 7.1', () => {
    const text =
      'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo' +
      'RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJ' +
      'qdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXN' +
      'vdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yR' +
      'qzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA';
    const stated = {
      method: 'GET',
      uri: 'https://resource.example.org/protectedresource',
      accessToken: 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU',
      boundTo: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
      now: 1_562_262_618,
    };
    expect(faultOf(text, stated)).toBeUndefined();
  });

  it('holds with members that nobody knows, and with a key that says what it is for', () => {
    const jwk = { ...key.jwk, alg: 'ES256', use: 'sig', key_ops: ['verify'], kid: 'mine', ext: true };
    expect(faultOf(prove({ nonce: 'of somebody else', more: 1 }, { kid: 'mine', jwk }))).toBeUndefined();
  });

  it('holds for a minute by either clock', () => {
    for (const iat of [NOW - 60, NOW + 60]) expect(faultOf(prove({ iat }))).toBeUndefined();
  });

  it('is known by its key and its ID, not by how it is written', () => {
    const id = (text: string) => verifyProof(text, occasion).id;
    const first = id(prove({ jti: 'once' }));
    expect(first).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(id(prove({ jti: 'once', iat: NOW + 1, more: 1 }))).toBe(first);
    expect(id(prove({ jti: 'twice' }))).not.toBe(first);
    const other = createProofKey();
    const another = verifyProof(prove({ jti: 'once' }, {}, other), {
      ...occasion,
      boundTo: other.thumbprint,
    });
    expect(another.id).not.toBe(first);
  });
});

const jwkWith = (changes: object) => ({ jwk: { ...key.jwk, ...changes } });
const [header, payload, signature] = prove().split('.') as [string, string, string];
const rsa = { kty: 'RSA', n: 'x'.repeat(342), e: 'AQAB' };

describe('a proof is refused', () => {
  it.each<[string, string, string | undefined]>([
    ['PROOF_MISSING', 'that is not there', undefined],
    ['PROOF_MALFORMED', 'that is empty', ''],
    ['PROOF_MALFORMED', 'that is no JWS', 'proof'],
    ['PROOF_MALFORMED', 'without a signature', `${header}.${payload}.`],
    ['PROOF_MALFORMED', 'of five segments', `${header}.${payload}.${signature}.a.a`],
    ['PROOF_MALFORMED', 'that is two', `${prove()}, ${prove()}`],
    ['PROOF_MALFORMED', 'with padding', `${header}.${payload}.${signature}==`],
    ['PROOF_MALFORMED', 'with bits to spare', `${header}.${payload}.${signature.slice(0, -1)}B`],
    ['PROOF_TOO_LONG', 'that is long', prove({ more: 'x'.repeat(4_096) })],
    ['PROOF_HEADER_MALFORMED', 'whose header is long', prove({}, { more: 'x'.repeat(1_024) })],
    ['PROOF_HEADER_MALFORMED', 'whose header is a list', withHeader('[]')],
    ['PROOF_HEADER_MALFORMED', 'whose header is no JSON', withHeader('{"typ":"dpop+jwt"')],
    [
      'PROOF_HEADER_MALFORMED',
      'whose header says a thing twice',
      withHeader(`{"typ":"dpop+jwt","alg":"none","alg":"ES256","jwk":${JSON.stringify(key.jwk)}}`),
    ],
    ['PROOF_CLAIMS_MALFORMED', 'whose payload is a list', withPayload('[]')],
    ['PROOF_CLAIMS_MALFORMED', 'whose payload is no JSON', withPayload('{')],
    ['PROOF_CLAIMS_MALFORMED', 'whose payload says a thing twice', withPayload('{"htm":"GET","htm":"POST"}')],
    ['PROOF_SIGNATURE_INVALID', 'of another payload', `${header}.${encode('{}')}.${signature}`],
    ['PROOF_SIGNATURE_INVALID', 'with a short signature', `${header}.${payload}.${'A'.repeat(84)}`],
    ['PROOF_SIGNATURE_INVALID', 'with zeros', `${header}.${payload}.${'A'.repeat(86)}`],
    ['PROOF_KEY_MISMATCH', 'of another key', prove({}, {}, createProofKey())],
    ['PROOF_KEY_MISMATCH', 'of another kind of key', prove({}, {}, createProofKey('Ed25519'))],
    [
      'PROOF_SIGNATURE_INVALID',
      'that names the right key and is signed by another',
      prove({}, { jwk: key.jwk }, createProofKey()),
    ],
  ])('%s %s', (reason, _, text) => expect(faultOf(text)).toBe(reason));

  it.each(['JWT', 'at+jwt', 'DPOP+JWT', 'application/dpop+jwt', ['dpop+jwt'], null, undefined])(
    'for the type %j',
    (typ) => expect(faultOf(prove({}, { typ }))).toBe('PROOF_TYPE_NOT_ALLOWED'),
  );

  it.each([
    ...['none', 'None', '', 'HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
    ...['ES384', 'ES512', 'ES256K', 'EdDSA', 'Ed448', 'es256', 'ECDH-ES', 'dir', ['ES256'], null, undefined],
  ])('for the algorithm %j', (alg) =>
    expect(faultOf(prove({}, { alg }))).toBe('PROOF_ALGORITHM_NOT_ALLOWED'),
  );

  it.each(['jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'crit', 'b64', 'cty', 'zip', 'enc', 'epk', 'p2c'])(
    'for the header member %s',
    (member) => expect(faultOf(prove({}, { [member]: 'x' }))).toBe('PROOF_HEADER_MALFORMED'),
  );

  it.each<[string, object]>([
    ['that is missing', { jwk: undefined }],
    ['that is null', { jwk: null }],
    ['that is a text', { jwk: JSON.stringify(key.jwk) }],
    ['that is private', { jwk: key.privateJwk }],
    ['with a secret member of any kind', jwkWith({ k: 'AA' })],
    ['that is symmetric', { jwk: { kty: 'oct', k: 'AA' } }],
    ['of RSA', { jwk: rsa }],
    ['on another curve', jwkWith({ crv: 'P-384' })],
    ['of Ed25519', { jwk: createProofKey('Ed25519').jwk }],
    ['without a coordinate', jwkWith({ y: undefined })],
    ['with a short coordinate', jwkWith({ x: 'AA' })],
    ['with a coordinate of two spellings', jwkWith({ x: `${key.jwk['x']?.slice(0, -1)}B` })],
    ['for encryption', jwkWith({ use: 'enc' })],
    ['of another algorithm', jwkWith({ alg: 'ES384' })],
    ['for signing alone', jwkWith({ key_ops: ['sign'] })],
  ])('for a key %s', (_, changes) => expect(faultOf(prove({}, changes))).toBe('PROOF_KEY_NOT_ALLOWED'));

  it('for a point that is on no curve, also when an access token is bound to it', () => {
    const x = String(key.jwk['x']);
    const boundTo = jwkThumbprint({ crv: 'P-256', x, y: x });
    expect(faultOf(prove({}, jwkWith({ y: x })), { ...occasion, boundTo })).toBe('PROOF_KEY_NOT_ALLOWED');
  });

  it.each<[string, string, unknown[]]>([
    ['PROOF_METHOD_MISMATCH', 'htm', [undefined, null, '', 'GET', 'post', 'POST ', ['POST']]],
    ['PROOF_URI_MISMATCH', 'htu', [undefined, null, '', '/v1/resources', `${REQUEST.uri}/1`, [REQUEST.uri]]],
    ['PROOF_TIME_MALFORMED', 'iat', [undefined, null, `${NOW}`, true, [NOW]]],
    ['PROOF_STALE', 'iat', [NOW - 61, 0, -1]],
    ['PROOF_FROM_THE_FUTURE', 'iat', [NOW + 61, NOW * 1_000]],
    ['PROOF_ID_MALFORMED', 'jti', [undefined, null, '', 7, ['a'], 'j'.repeat(129)]],
    ['PROOF_TOKEN_MISMATCH', 'ath', [undefined, null, '', REQUEST.accessToken, encode('x'.repeat(32))]],
  ])('with %s where %s is wrong', (reason, claim, values) => {
    for (const value of values) expect([value, faultOf(prove({ [claim]: value }))]).toEqual([value, reason]);
  });

  it('for a time that is no number of this world', () => {
    const endless = withPayload(`{"htm":"POST","htu":"${REQUEST.uri}","iat":1e999,"jti":"a","ath":"b"}`);
    expect(faultOf(endless)).toBe('PROOF_TIME_MALFORMED');
  });

  it('for another access token', () => {
    expect(faultOf(prove(), { ...occasion, accessToken: 'header.claims.other' })).toBe(
      'PROOF_TOKEN_MISMATCH',
    );
  });
});
