import { describe, expect, it } from '@jest/globals';
import {
  endedSessionCookie,
  isSessionSecret,
  SESSION_COOKIE,
  sessionCookie,
  sessionSecretsOf,
} from './index.js';

describe('the session cookie', () => {
  it('is for this host alone, by https alone, out of reach of scripts and of other sites', () => {
    const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict';
    expect(sessionCookie('abc')).toBe(`__Host-gatehouse=abc; ${attributes}`);
    expect(sessionCookie('abc', 60.9)).toBe(`__Host-gatehouse=abc; ${attributes}; Max-Age=60`);
    expect(sessionCookie('abc', -5)).toMatch(/; Max-Age=0$/);
    expect(endedSessionCookie).toBe(`__Host-gatehouse=; ${attributes}; Max-Age=0`);
  });

  it.each(['', 'a;b', 'a b', 'a\r\nset-cookie: x', 'ä', 'a'.repeat(513)])('carries no %j', (secret) => {
    expect(isSessionSecret(secret)).toBe(false);
    expect(() => sessionCookie(secret)).toThrow();
  });

  it('is read wherever it stands, and as often', () => {
    expect(sessionSecretsOf(undefined)).toEqual([]);
    expect(sessionSecretsOf('a=1; __Host-gatehouse2=x; __host-gatehouse=y')).toEqual([]);
    expect(sessionSecretsOf(`a=1; ${SESSION_COOKIE}=one;${SESSION_COOKIE}=two`)).toEqual(['one', 'two']);
    expect(sessionSecretsOf(`a=1;\t ${SESSION_COOKIE} = one\t`)).toEqual(['one']);
  });

  it.each(['\u00a0', '\ufeff', '\u2003', '\v', '\f', '\u0085'])(
    'is none whose name has %j around it: browsers take that from any domain',
    (space) => {
      expect(sessionSecretsOf(`${space}${SESSION_COOKIE}=planted`)).toEqual([]);
      expect(sessionSecretsOf(`${SESSION_COOKIE}${space}=planted`)).toEqual([]);
    },
  );
});
