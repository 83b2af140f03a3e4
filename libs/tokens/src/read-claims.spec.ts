import { describe, expect, it } from '@jest/globals';
import type { AccessTokenClaims } from './claims.js';
import { readClaims, timeFault } from './read-claims.js';
import { reasonOf } from './spec-reason.js';

const POLICY = { issuer: 'https://auth.example.test', audience: 'resources', maxLifetimeSeconds: 900 };
const NOW = 1_800_000_000;
const VALID: AccessTokenClaims = {
  iss: POLICY.issuer,
  aud: POLICY.audience,
  sub: 'subject-1',
  client_id: 'web',
  sid: 'session-1',
  jti: 'id-1',
  iat: NOW,
  exp: NOW + 300,
  scope: 'resources:read',
};

const THUMBPRINT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';

const read = (changes: object = {}) => readClaims({ ...VALID, ...changes }, POLICY, 'key-1');

describe('readClaims', () => {
  it('gives frozen claims', () => {
    const claims = read({ nbf: NOW + 1, unknown: 1 });
    expect(claims).toMatchObject({
      issuer: POLICY.issuer,
      audience: POLICY.audience,
      subject: 'subject-1',
      clientId: 'web',
      sessionId: 'session-1',
      tokenId: 'id-1',
      isService: false,
      issuedAt: NOW,
      notBefore: NOW + 1,
      expiresAt: NOW + 300,
    });
    expect([...claims.scope]).toEqual(['resources:read']);
    expect(Object.isFrozen(claims)).toBe(true);
  });

  it('says what it descends from and when the person signed in, where the access token does', () => {
    expect(read()).toMatchObject({ keyId: 'key-1', credential: undefined, authTime: undefined });
    const claims = read({ credential: 'api_key', auth_time: NOW - 60 });
    expect(claims).toMatchObject({ credential: 'api_key', authTime: NOW - 60 });
  });

  it('says which key it is bound to', () => {
    expect(read().boundTo).toBeUndefined();
    expect(read({ cnf: { jkt: THUMBPRINT } }).boundTo).toBe(THUMBPRINT);
  });

  it('grants nothing without a scope', () => {
    expect([...read({ scope: undefined }).scope]).toEqual([]);
  });

  it('accepts several audiences of which one is its own', () => {
    expect(reasonOf(() => read({ aud: ['users', 'resources'] }))).toBeUndefined();
  });

  it('demands a session, except of a service acting in its own name', () => {
    expect(reasonOf(() => read({ sid: undefined }))).toBe('SESSION_ID_MALFORMED');
    expect(read({ sub: 'web', sid: undefined })).toMatchObject({ isService: true, sessionId: undefined });
    expect(reasonOf(() => read({ sub: 'web', sid: 7 }))).toBe('SESSION_ID_MALFORMED');
  });

  it.each([
    ['CREDENTIAL_UNKNOWN', 'credential', [null, '', 'Session', 'toString', 1, ['session']]],
    [
      'ISSUER_MISMATCH',
      'iss',
      [undefined, null, `${POLICY.issuer}/`, POLICY.issuer.toUpperCase(), [POLICY.issuer]],
    ],
    [
      'AUDIENCE_MISMATCH',
      'aud',
      [undefined, '', 'users', 'Resources', [], ['users'], ['resources', 1], [['resources']]],
    ],
    ['SUBJECT_MALFORMED', 'sub', [undefined, '', ' ', 7, ['subject-1'], {}, '*', 's'.repeat(129), 'a\nb']],
    ['CLIENT_ID_MALFORMED', 'client_id', [undefined, '', 7, 'a b']],
    ['TOKEN_ID_MALFORMED', 'jti', [undefined, '', 7, 'j'.repeat(129)]],
    ['TIME_MALFORMED', 'exp', [undefined, null, `${NOW + 300}`, [NOW + 300], Infinity, 0, -1]],
    ['TIME_MALFORMED', 'iat', [undefined, null, `${NOW}`, -Infinity, 0]],
    ['TIME_MALFORMED', 'nbf', [null, `${NOW}`, {}]],
    ['LIFETIME_INVALID', 'exp', [NOW, NOW - 1, NOW + 901, (NOW + 300) * 1_000, Number.MAX_SAFE_INTEGER]],
    ['SCOPE_MALFORMED', 'scope', [null, 7, ['resources:read']]],
    [
      'CONFIRMATION_UNKNOWN',
      'cnf',
      [null, {}, THUMBPRINT, [THUMBPRINT], { jkt: 'x' }, { jkt: [THUMBPRINT] }, { jkt: `${THUMBPRINT}=` }],
    ],
    [
      'CONFIRMATION_UNKNOWN',
      'cnf',
      [
        { 'x5t#S256': THUMBPRINT },
        { jkt: THUMBPRINT, 'x5t#S256': THUMBPRINT },
        { jkt: THUMBPRINT, kid: 'k' },
      ],
    ],
  ] as const)('refuses with %s what %s must not be', (reason, claim, values) => {
    for (const value of values) {
      expect([value, reasonOf(() => read({ [claim]: value }))]).toEqual([value, reason]);
    }
  });

  it('accepts a lifetime of exactly the longest', () => {
    expect(reasonOf(() => read({ exp: NOW + 900 }))).toBeUndefined();
  });
});

describe('timeFault', () => {
  const claims = read({ nbf: NOW + 10 });

  it.each([
    [NOW + 4, 'NOT_YET_VALID'],
    [NOW + 5, undefined],
    [NOW + 304.9, undefined],
    [NOW + 305, 'EXPIRED'],
  ] as const)('at %d finds %s', (now, fault) => {
    expect(timeFault(claims, now, 5)).toBe(fault);
  });

  it('finds claims issued in the future', () => {
    expect(timeFault(read(), NOW - 5, 5)).toBeUndefined();
    expect(timeFault(read(), NOW - 6, 5)).toBe('NOT_YET_VALID');
  });
});
