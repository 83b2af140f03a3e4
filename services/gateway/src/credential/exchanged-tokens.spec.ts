import { beforeEach, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { AppError, platformReasons } from '@gatehouse/errors';
import { frozenClock } from '@gatehouse/testing';
import { specApiKey, specSecret } from '../spec/spec-credentials.js';
import { ExchangedTokens } from './exchanged-tokens.js';
import type { ExchangeableCredential, ExchangedToken } from './token-exchange.js';

const LIFETIME = 300;

/** Access tokens over an exchange that the spec answers itself. */
function tokensOver({ maxEntries = 100 } = {}) {
  const clock = frozenClock();
  const exchanges: ExchangeableCredential[] = [];
  const state: { answer: () => Promise<ExchangedToken> } = {
    answer: () => Promise.resolve({ accessToken: `t${exchanges.length}`, expiresIn: LIFETIME }),
  };
  const exchange = (credential: ExchangeableCredential) => {
    exchanges.push(credential);
    return state.answer();
  };
  const tokens = new ExchangedTokens({ exchange, maxEntries, monotonic: clock.now, random: () => 0.5 });
  const hold = (credential: ExchangeableCredential, clientAddress = '192.0.2.1') =>
    tokens.hold(credential, { clientAddress, metadata: () => ({}) });
  return { clock, exchanges, state, tokens, hold };
}

const session = (): ExchangeableCredential => ({ form: 'session', secret: specSecret() });
const apiKey = (): ExchangeableCredential => ({ form: 'api_key', secret: specApiKey() });
const refused = () => Promise.reject<ExchangedToken>(platformReasons.UNAUTHENTICATED());
const away = () => Promise.reject<ExchangedToken>(platformReasons.PEER_UNAVAILABLE());
/** Once everything has happened that waits for nothing. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'OK',
    (error: unknown) => status[(error as AppError).code],
  );

let spec: ReturnType<typeof tokensOver>;
beforeEach(() => {
  spec = tokensOver();
});

describe('an access token', () => {
  it('is kept for the credential that it was exchanged for', async () => {
    const one = session();
    const other = session();
    expect((await spec.hold(one)).accessToken).toBe('t1');
    expect((await spec.hold(other)).accessToken).toBe('t2');
    expect((await spec.hold(one)).accessToken).toBe('t1');
    expect(spec.exchanges).toEqual([one, other]);
  });

  it('is found by a hash that says nothing of the secret', async () => {
    const one = session();
    const { key } = await spec.hold(one);
    expect(key).toHaveLength(44);
    expect(key).not.toContain(one.secret.slice(0, 8));
  });

  it('of a key is for the address that presented it, and of a session for every address', async () => {
    for (const credential of [apiKey(), session()]) {
      await spec.hold(credential, '192.0.2.1');
      await spec.hold(credential, '192.0.2.2');
      await spec.hold(credential, '192.0.2.1');
    }
    expect(spec.exchanges.map(({ form }) => form)).toEqual(['api_key', 'api_key', 'session']);
  });

  it('of a session is none of a key with the same text', async () => {
    const { secret } = apiKey();
    await spec.hold({ form: 'api_key', secret }, '');
    await spec.hold({ form: 'session', secret }, '');
    expect(spec.exchanges).toHaveLength(2);
  });

  it('is replaced behind the request that finds it close to its end', async () => {
    const one = session();
    await spec.hold(one);
    spec.clock.advance((LIFETIME - 35) * 1_000 - 1);
    expect((await spec.hold(one)).accessToken).toBe('t1');
    expect(spec.exchanges).toHaveLength(1);
    spec.clock.advance(1);
    expect((await spec.hold(one)).accessToken).toBe('t1');
    await settled();
    expect((await spec.hold(one)).accessToken).toBe('t2');
    expect(spec.exchanges).toHaveLength(2);
  });

  it('is not used past its end', async () => {
    const one = session();
    await spec.hold(one);
    spec.clock.advance(LIFETIME * 1_000);
    expect((await spec.hold(one)).accessToken).toBe('t2');
  });

  it('that is short-lived is kept for half of its life at least', async () => {
    spec.state.answer = () => Promise.resolve({ accessToken: 'short', expiresIn: 10 });
    const one = session();
    await spec.hold(one);
    spec.clock.advance(4_999);
    await spec.hold(one);
    expect(spec.exchanges).toHaveLength(1);
  });

  it('makes room for others when it is not used', async () => {
    spec = tokensOver({ maxEntries: 10 });
    const kept = session();
    await spec.hold(kept);
    for (let count = 0; count < 50; count++) {
      await spec.hold(session());
      await spec.hold(kept);
    }
    expect(spec.exchanges).toHaveLength(51);
    const forgotten = spec.exchanges[1] as ExchangeableCredential;
    await spec.hold(forgotten);
    expect(spec.exchanges).toHaveLength(52);
  });
});

describe('requests at the same time', () => {
  it('share one exchange, and its refusal', async () => {
    const one = session();
    const held = await Promise.all(Array.from({ length: 100 }, () => spec.hold(one)));
    expect(new Set(held.map(({ accessToken }) => accessToken))).toEqual(new Set(['t1']));
    spec.state.answer = refused;
    const other = session();
    const codes = await Promise.all(Array.from({ length: 100 }, () => codeOf(spec.hold(other))));
    expect(new Set(codes)).toEqual(new Set(['UNAUTHENTICATED']));
    expect(spec.exchanges).toEqual([one, other]);
  });
});

describe('a refused credential', () => {
  it('is refused without a call for a second', async () => {
    spec.state.answer = refused;
    const one = session();
    expect(await codeOf(spec.hold(one))).toBe('UNAUTHENTICATED');
    spec.clock.advance(999);
    expect(await codeOf(spec.hold(one))).toBe('UNAUTHENTICATED');
    expect(spec.exchanges).toHaveLength(1);
    spec.clock.advance(1);
    expect(await codeOf(spec.hold(one))).toBe('UNAUTHENTICATED');
    expect(spec.exchanges).toHaveLength(2);
  });

  it('loses the access token that it had', async () => {
    const one = session();
    await spec.hold(one);
    spec.state.answer = refused;
    spec.clock.advance((LIFETIME - 30) * 1_000);
    expect(await codeOf(spec.hold(one))).toBe('OK');
    await settled();
    expect(await codeOf(spec.hold(one))).toBe('UNAUTHENTICATED');
    expect(spec.exchanges).toHaveLength(2);
  });

  it.each([
    ['a session that no cookie could hold', { form: 'session', secret: 'a b' }],
    ['nothing', { form: 'session', secret: '' }],
    ['a key with a wrong checksum', { form: 'api_key', secret: specApiKey().slice(0, -1) }],
  ] as const)('costs no call where it is %s', async (_name, credential) => {
    expect(await codeOf(spec.hold(credential))).toBe('UNAUTHENTICATED');
    expect(spec.exchanges).toEqual([]);
  });
});

describe('while auth is away', () => {
  it('an unknown credential is an outage, and asked for again', async () => {
    spec.state.answer = away;
    const one = session();
    expect(await codeOf(spec.hold(one))).toBe('UNAVAILABLE');
    expect(await codeOf(spec.hold(one))).toBe('UNAVAILABLE');
    expect(spec.exchanges).toHaveLength(2);
  });

  it('an access token is used until its end, and auth asked for a new one each second', async () => {
    const one = session();
    await spec.hold(one);
    spec.state.answer = away;
    spec.clock.advance((LIFETIME - 10) * 1_000);
    for (let tenths = 0; tenths < 100; tenths++) {
      expect(await codeOf(spec.hold(one))).toBe('OK');
      await settled();
      spec.clock.advance(100);
    }
    expect(spec.exchanges).toHaveLength(11);
    expect(await codeOf(spec.hold(one))).toBe('UNAVAILABLE');
  });
});

describe('a forgotten access token', () => {
  it('is exchanged anew', async () => {
    const one = session();
    spec.tokens.forget(await spec.hold(one));
    expect((await spec.hold(one)).accessToken).toBe('t2');
  });

  it('takes no newer one with it', async () => {
    const one = session();
    const first = await spec.hold(one);
    spec.tokens.forget(first);
    await spec.hold(one);
    spec.tokens.forget(first);
    expect((await spec.hold(one)).accessToken).toBe('t2');
  });

  it('is not replaced by an exchange that began before', async () => {
    const one = session();
    const first = await spec.hold(one);
    let answer = (_token: ExchangedToken): void => undefined;
    spec.state.answer = () => new Promise((resolve) => (answer = resolve));
    spec.clock.advance((LIFETIME - 30) * 1_000);
    await spec.hold(one);
    spec.tokens.forget(first);
    spec.state.answer = () => Promise.resolve({ accessToken: 'after', expiresIn: LIFETIME });
    expect((await spec.hold(one)).accessToken).toBe('after');
    answer({ accessToken: 'before', expiresIn: LIFETIME });
    await settled();
    expect((await spec.hold(one)).accessToken).toBe('after');
  });
});
