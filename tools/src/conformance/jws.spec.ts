import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { runJws } from './jws.js';
import type { JwsVector } from './jws.js';
import { succeeded } from './report.js';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ecKey = { ...publicKey.export({ format: 'jwk' }), kid: 'ec', alg: 'ES256', use: 'sig' };
const macKey = { kty: 'oct', k: 'AAAA', kid: 'mac', alg: 'HS256', use: 'sig' };

function segments(alg: string, kid: string): string {
  const header = Buffer.from(JSON.stringify({ alg, kid })).toString('base64url');
  return `${header}.${Buffer.from('payload').toString('base64url')}`;
}

function ecSigned(alg = 'ES256'): string {
  const signed = segments(alg, 'ec');
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

function macSigned(): string {
  const signed = segments('HS256', 'mac');
  const mac = createHmac('sha256', Buffer.from(macKey.k, 'base64url')).update(signed).digest('base64url');
  return `${signed}.${mac}`;
}

function run(changes: Partial<JwsVector>) {
  const vector: JwsVector = {
    id: 'one',
    group: 'group',
    comment: 'comment',
    keyType: 'jwk',
    key: ecKey,
    token: ecSigned(),
    expected: 'accept',
    ...changes,
  };
  const report = runJws({ cases: [vector] });
  return { verdict: report.results[0]?.verdict, success: succeeded(report), figures: report.figures };
}

it.each([
  ['a genuine signature', {}, 'agreed'],
  ['a genuine signature by a key of a set', { keyType: 'jwks', key: { keys: [ecKey] } }, 'agreed'],
  ['a changed signature', { token: `${ecSigned().slice(0, -4)}AAAA`, expected: 'reject' }, 'agreed'],
  ['a key that is not admitted', { key: { ...ecKey, use: 'enc' }, expected: 'reject' }, 'agreed'],
  ['a set that is refused', { keyType: 'jwks', key: { keys: [ecKey, ecKey] }, expected: 'reject' }, 'agreed'],
  ['an allowed MAC, which Gatehouse must refuse', { key: macKey, token: macSigned() }, 'not applicable'],
  ['contradictory data', { expected: 'skip' }, 'not applicable'],
  ['a changed signature that should be accepted', { token: `${ecSigned().slice(0, -4)}AAAA` }, 'failed'],
  ['a genuine signature that should be refused', { expected: 'reject' }, 'failed'],
  ['an ES256 key that should have been admitted', { key: { ...ecKey, use: 'enc' } }, 'failed'],
] as [string, Partial<JwsVector>, string][])('judges %s', (_what, changes, verdict) => {
  const result = run(changes);
  expect(result.verdict).toBe(verdict);
  expect(result.success).toBe(verdict !== 'failed');
});

it('states how many refusals the algorithm alone explains', () => {
  const byAlgorithm = run({ token: ecSigned('ES384'), expected: 'reject' });
  const bySignature = run({ token: `${ecSigned().slice(0, -4)}AAAA`, expected: 'reject' });
  expect(byAlgorithm.figures.map(({ value }) => value)).toEqual([1]);
  expect(bySignature.figures.map(({ value }) => value)).toEqual([0]);
});
