import { createSigningKey, frozenClock } from '@gatehouse/testing';
import { describe, expect, it } from '@jest/globals';
import { AccessTokenVerifier } from './access-token-verifier.js';
import type { AccessTokenVerifierOptions } from './access-token-verifier.js';
import type { AccessTokenClaims } from './claims.js';
import { KeySet } from './key-set.js';
import { RemoteKeySet } from './remote-key-set.js';
import { RevocationList } from './revocation-list.js';
import { reasonOf } from './spec-reason.js';

const ISSUER = 'https://auth.example.test';
const AUDIENCE = 'resources';
const key = createSigningKey();
const clock = frozenClock();
const issued = clock.now() / 1_000;

function accessClaims(changes: Partial<AccessTokenClaims> = {}): AccessTokenClaims {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'subject-1',
    client_id: 'web',
    sid: 'session-1',
    jti: 'id-1',
    iat: issued,
    exp: issued + 300,
    scope: 'resources:read',
    ...changes,
  };
}

function verifierWith(options: Partial<AccessTokenVerifierOptions> = {}): AccessTokenVerifier {
  const keys = KeySet.from({ keys: [key.jwk] });
  return new AccessTokenVerifier({ issuer: ISSUER, audience: AUDIENCE, keys, clock: clock.now, ...options });
}

describe('AccessTokenVerifier', () => {
  it('verifies once and answers from memory afterwards, with the same claims', async () => {
    const verifier = verifierWith();
    const text = key.sign(accessClaims());
    expect(verifier.peek(text)).toBeUndefined();
    const claims = await verifier.verify(text);
    expect(claims).toMatchObject({ subject: 'subject-1', sessionId: 'session-1', tokenId: 'id-1' });
    expect(verifier.peek(`${text} `.trim())).toBe(claims);
    expect(await verifier.verify(text)).toBe(claims);
  });

  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt'])('accepts the type %s', async (typ) => {
    await expect(verifierWith().verify(key.sign(accessClaims(), { typ }))).resolves.toBeDefined();
  });

  it.each(['JWT', 'at+jwtx', 'xat+jwt', 'logout+jwt', ['at+jwt'], undefined])(
    'refuses the type %j',
    async (typ) => {
      const text = key.sign(accessClaims(), { typ });
      await expect(verifierWith().verify(text)).rejects.toMatchObject({ reason: 'TYPE_NOT_ALLOWED' });
    },
  );

  it('refuses the access token of another audience, issuer or key', async () => {
    const stranger = createSigningKey();
    const refused = [
      [key.sign(accessClaims({ aud: 'users' })), 'AUDIENCE_MISMATCH'],
      [key.sign(accessClaims({ iss: 'https://evil.example.test' })), 'ISSUER_MISMATCH'],
      [stranger.sign(accessClaims()), 'KEY_UNKNOWN'],
      [stranger.sign(accessClaims(), { kid: key.keyId }), 'SIGNATURE_INVALID'],
    ] as const;
    for (const [text, reason] of refused) {
      await expect(verifierWith().verify(text)).rejects.toMatchObject({ reason });
    }
  });

  it('takes one that is bound to a key only from who asks for such, cold and warm', async () => {
    const verifier = verifierWith();
    const bound = key.sign(accessClaims({ cnf: { jkt: key.keyId } }));
    const unbound = key.sign(accessClaims());
    for (let times = 0; times < 2; times++) {
      await expect(verifier.verify(bound)).rejects.toMatchObject({ reason: 'PROOF_REQUIRED' });
      await expect(verifier.verify(unbound, 'key')).rejects.toMatchObject({ reason: 'NOT_BOUND' });
      expect(await verifier.verify(bound, 'key')).toMatchObject({ boundTo: key.keyId });
      expect(await verifier.verify(bound, 'any')).toMatchObject({ boundTo: key.keyId });
      expect(await verifier.verify(unbound, 'any')).toMatchObject({ boundTo: undefined });
    }
    expect(reasonOf(() => verifier.peek(bound))).toBe('PROOF_REQUIRED');
    expect(reasonOf(() => verifier.peek(unbound, 'key'))).toBe('NOT_BOUND');
  });

  it('says the same for every reason', async () => {
    const messages = new Set<string>();
    for (const text of ['', 'a.b.c', 'x'.repeat(9_000), key.sign(accessClaims({ exp: issued - 60 }))]) {
      await verifierWith()
        .verify(text)
        .catch((error: Error) => messages.add(`${error.name}: ${error.message}`));
    }
    expect([...messages]).toEqual(['TokenRejected: access token rejected']);
  });

  it('accepts until 5 s after the expiry, remembered or not', async () => {
    const time = frozenClock(issued * 1_000);
    const [remembering, forgetful] = [
      verifierWith({ clock: time.now }),
      verifierWith({ clock: time.now, cacheSize: 0 }),
    ];
    const text = key.sign(accessClaims());
    await remembering.verify(text);
    time.advance(304_000);
    expect(remembering.peek(text)).toBeDefined();
    await expect(forgetful.verify(text)).resolves.toBeDefined();
    time.advance(2_000);
    expect(remembering.peek(text)).toBeUndefined();
    for (const verifier of [remembering, forgetful]) {
      await expect(verifier.verify(text)).rejects.toMatchObject({ reason: 'EXPIRED' });
    }
  });

  it('refuses a remembered access token when the clock steps back before its beginning', async () => {
    const time = frozenClock(issued * 1_000);
    const verifier = verifierWith({ clock: time.now });
    const text = key.sign(accessClaims());
    await verifier.verify(text);
    time.advance(-6_000);
    expect(verifier.peek(text)).toBeUndefined();
    await expect(verifier.verify(text)).rejects.toMatchObject({ reason: 'NOT_YET_VALID' });
  });
});

describe('AccessTokenVerifier over a remote key set', () => {
  const successor = createSigningKey();

  /** A verifier, and the set that its source serves next. */
  function remote(served: { keys: object[] }) {
    let elapsedMs = 0;
    const source = { served: served as { keys: object[] } | undefined };
    const keys = new RemoteKeySet({
      fetch: async () => source.served ?? Promise.reject(new Error('down')),
      monotonic: () => (elapsedMs += 30_000),
    });
    return { source, keys, verifier: verifierWith({ keys }) };
  }

  it('does not answer from memory once the key has left the set, or another took its ID', async () => {
    const text = key.sign(accessClaims());
    for (const keysAfter of [[successor.jwk], [{ ...successor.jwk, kid: key.keyId }]]) {
      const { source, keys, verifier } = remote({ keys: [key.jwk] });
      await verifier.verify(text);
      source.served = { keys: keysAfter };
      await keys.refresh();
      expect(verifier.peek(text)).toBeUndefined();
      await expect(verifier.verify(text)).rejects.toMatchObject({ name: 'TokenRejected' });
    }
  });

  it('goes on answering from memory when the set is fetched again unchanged', async () => {
    const { source, keys, verifier } = remote({ keys: [key.jwk] });
    const text = key.sign(accessClaims());
    const claims = await verifier.verify(text);
    source.served = { keys: [{ ...key.jwk }, successor.jwk] };
    await keys.refresh();
    expect(verifier.peek(text)).toBe(claims);
  });

  it('verifies and refuses alone while the source is down', async () => {
    const { source, verifier } = remote({ keys: [key.jwk] });
    await verifier.verify(key.sign(accessClaims()));
    source.served = undefined;
    await expect(verifier.verify(key.sign(accessClaims({ jti: 'id-2' })))).resolves.toBeDefined();
    await expect(verifier.verify(successor.sign(accessClaims()))).rejects.toMatchObject({
      reason: 'KEY_UNKNOWN',
    });
  });

  it('tells an outage from a refusal: without any key set it does not know, but what needs no key is refused', async () => {
    const { source, verifier } = remote({ keys: [] });
    source.served = undefined;
    await expect(verifier.verify(key.sign(accessClaims()))).rejects.toMatchObject({
      name: 'KeysUnavailable',
    });
    await expect(verifier.verify(key.sign(accessClaims(), { alg: 'none' }))).rejects.toMatchObject({
      reason: 'ALGORITHM_NOT_ALLOWED',
    });
  });

  it('refuses a signature of a key that is not active yet, and asks whether it is by now', async () => {
    const pending = { ...successor.jwk, nbf: issued + 6 };
    const { source, verifier } = remote({ keys: [key.jwk, pending] });
    const text = successor.sign(accessClaims());
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(verifier.verify(text)).rejects.toMatchObject({ reason: 'KEY_NOT_ACTIVE' });
    }
    source.served = { keys: [key.jwk, successor.jwk] };
    await expect(verifier.verify(text)).resolves.toBeDefined();
  });

  it('asks what is revoked at every use, the first and each from memory', async () => {
    const revocations = new RevocationList({ clock: clock.now });
    const verifier = verifierWith({ revocations });
    const [known, unknown] = ['known', 'unknown'].map((jti) => key.sign(accessClaims({ jti })));
    await verifier.verify(known!);
    const expiresAt = issued + 300;
    revocations.apply([{ kind: 'subject', key: 'subject-1', notBefore: issued, expiresAt }]);
    expect(reasonOf(() => verifier.peek(known!))).toBe('REVOKED');
    await expect(verifier.verify(known!)).rejects.toMatchObject({ reason: 'REVOKED' });
    await expect(verifier.verify(unknown!)).rejects.toMatchObject({ reason: 'REVOKED' });
    expect(reasonOf(() => verifier.peek(unknown!))).toBe('REVOKED');
    const another = key.sign(accessClaims({ sub: 'subject-2' }));
    await expect(verifier.verify(another)).resolves.toMatchObject({ subject: 'subject-2' });
  });

  it('says of a revoked access token that is wrong in another way only the other', async () => {
    const revocations = new RevocationList({ clock: clock.now });
    const expiresAt = issued + 300;
    revocations.apply([{ kind: 'everything', key: '', notBefore: issued, expiresAt }]);
    const forged = createSigningKey().sign(accessClaims(), { kid: key.keyId });
    await expect(verifierWith({ revocations }).verify(forged)).rejects.toMatchObject({
      reason: 'SIGNATURE_INVALID',
    });
  });
});
