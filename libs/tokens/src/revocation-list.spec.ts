import { randomInt, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { frozenClock, type FrozenClock } from '@gatehouse/testing';
import { revocableNames } from './revocable-names.js';
import { REVOCATION_KINDS, type RevocableClaims, type Revocation } from './revocation.js';
import { RevocationList } from './revocation-list.js';

const NOW = 1_800_000_000;

let clock: FrozenClock;
let list: RevocationList;

beforeEach(() => {
  clock = frozenClock(NOW * 1_000);
  list = listOf();
});

function listOf(options: { maxEntries?: number; monotonic?: () => number } = {}): RevocationList {
  return new RevocationList({ clock: clock.now, monotonic: clock.now, ...options });
}

const claims: RevocableClaims = {
  tokenId: randomUUID(),
  sessionId: randomUUID(),
  subject: randomUUID(),
  clientId: 'gatehouse-web',
  keyId: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  issuedAt: NOW,
};

const revocation = (changes: Partial<Revocation>): Revocation => ({
  kind: 'token',
  key: '',
  notBefore: 0,
  expiresAt: NOW + 300,
  ...changes,
});

describe('RevocationList', () => {
  it.each([
    ['token', claims.tokenId],
    ['session', claims.sessionId!],
    ['family', claims.sessionId!],
    ['api_key', claims.sessionId!],
    ['signing_key', claims.keyId],
  ] as const)('refuses all that a %s bears, whenever it was issued', (kind, key) => {
    list.apply([revocation({ kind, key })]);
    expect(list.isRevoked(revocableNames(claims))).toBe(true);
    expect(list.isRevoked(revocableNames({ ...claims, issuedAt: NOW + 200 }))).toBe(true);
    const other = { tokenId: randomUUID(), sessionId: randomUUID(), keyId: 'another', issuedAt: NOW };
    expect(list.isRevoked(revocableNames({ ...claims, ...other }))).toBe(false);
  });

  it.each([
    ['subject', claims.subject],
    ['client', claims.clientId],
    ['everything', ''],
  ] as const)('refuses of a %s what was issued up to the second, it included', (kind, key) => {
    list.apply([revocation({ kind, key, notBefore: NOW })]);
    expect(list.isRevoked(revocableNames(claims))).toBe(true);
    expect(list.isRevoked(revocableNames({ ...claims, issuedAt: NOW - 299 }))).toBe(true);
    expect(list.isRevoked(revocableNames({ ...claims, issuedAt: NOW + 1 }))).toBe(false);
  });

  // Keycloak let one not-before stand in for another: CVE-2026-18218 and CVE-2026-8922.
  it.each([
    ['an old one of the client', { client: NOW - 1_000, everything: NOW }],
    ['an old one of everything', { client: NOW, everything: NOW - 1_000 }],
    ['an old one of the subject', { subject: NOW - 1_000, client: NOW }],
    ['an old one of the client', { subject: NOW, client: NOW - 1_000 }],
  ])('takes the latest not-before: %s hides no later one', (_what, moments) => {
    const keys = { client: claims.clientId, subject: claims.subject, everything: '' };
    const all = Object.entries(moments).map(([kind, notBefore]) => {
      const named = kind as keyof typeof keys;
      return revocation({ kind: named, key: keys[named], notBefore });
    });
    for (const order of [all, all.toReversed()]) {
      const fresh = listOf();
      fresh.apply(order);
      expect(fresh.isRevoked(revocableNames(claims))).toBe(true);
      expect(fresh.isRevoked(revocableNames({ ...claims, issuedAt: NOW + 1 }))).toBe(false);
    }
  });

  it('never takes anything back: an earlier not-before and an earlier end change nothing', () => {
    const subject = { kind: 'subject', key: claims.subject } as const;
    list.apply([revocation({ ...subject, notBefore: NOW, expiresAt: NOW + 300 })]);
    list.apply([revocation({ ...subject, notBefore: NOW - 100, expiresAt: NOW + 10 })]);
    clock.advance(299_000);
    for (let i = 0; i < 64; i++) list.sweep();
    expect(list.isRevoked(revocableNames(claims))).toBe(true);
    expect(list.size).toBe(1);
  });

  it('keeps the names of different kinds apart', () => {
    list.apply([revocation({ kind: 'token', key: claims.subject })]);
    list.apply([revocation({ kind: 'subject', key: claims.tokenId, notBefore: NOW })]);
    expect(list.isRevoked(revocableNames(claims))).toBe(false);
    expect(list.isRevoked(revocableNames({ ...claims, sessionId: undefined }))).toBe(false);
  });

  it('forgets what has expired, part by part', () => {
    const many = Array.from({ length: 5_000 }, () => revocation({ key: randomUUID() }));
    list.apply(many);
    list.apply([revocation({ kind: 'client', key: 'old-client', notBefore: NOW })]);
    const lasting = revocation({ key: claims.tokenId, expiresAt: NOW + 900 });
    list.apply([lasting, ...many]);
    expect(list.size).toBe(5_002);
    clock.advance(361_000);
    for (let i = 0; i < 64; i++) list.sweep();
    expect(list.size).toBe(1);
    expect(list.isRevoked(revocableNames(claims))).toBe(true);
  });

  it('forgets nothing because the clock is set forward', () => {
    let elapsed = 0;
    list = listOf({ monotonic: () => elapsed });
    list.apply([revocation({ key: claims.tokenId })]);
    clock.advance(86_400_000);
    for (let i = 0; i < 64; i++) list.sweep();
    clock.advance(-86_400_000);
    expect(list.isRevoked(revocableNames(claims))).toBe(true);
    elapsed += 361_000;
    clock.advance(361_000);
    for (let i = 0; i < 64; i++) list.sweep();
    expect(list.size).toBe(0);
  });

  it('forgets nothing that comes while its clock is ahead from the start', () => {
    clock.advance(86_400_000);
    let elapsed = 0;
    list = listOf({ monotonic: () => elapsed });
    list.apply([revocation({ key: claims.tokenId })]);
    for (let i = 0; i < 64; i++) list.sweep();
    clock.advance(-86_400_000);
    expect(list.isRevoked(revocableNames(claims))).toBe(true);
    elapsed += 86_761_000;
    clock.advance(86_761_000);
    for (let i = 0; i < 64; i++) list.sweep();
    expect(list.size).toBe(0);
  });

  it('says that it is incomplete rather than forget, and holds what it held', () => {
    list = listOf({ maxEntries: 2 });
    const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
    list.apply([revocation({ key: first }), revocation({ key: second })]);
    expect(list.isComplete).toBe(true);
    list.apply([revocation({ key: first })]);
    expect(list.isComplete).toBe(true);
    list.apply([revocation({ key: third })]);
    expect(list.isComplete).toBe(false);
    expect(list.isRevoked(revocableNames({ ...claims, tokenId: first }))).toBe(true);
    expect(list.isRevoked(revocableNames({ ...claims, tokenId: third }))).toBe(false);

    clock.advance(361_000);
    list.beginAnew();
    list.apply([revocation({ key: third, expiresAt: NOW + 900 })]);
    expect(list.isComplete).toBe(true);
    expect(list.isRevoked(revocableNames({ ...claims, tokenId: third }))).toBe(true);
  });

  it('tells whoever listens, once a batch is enforced, until told to stop', () => {
    const seen: boolean[] = [];
    const stop = list.onApplied(() => seen.push(list.isRevoked(revocableNames(claims))));
    list.apply([revocation({ key: claims.tokenId })]);
    stop();
    list.apply([]);
    expect(seen).toEqual([true]);
  });

  it('counts what is applied, and holds and counts what came before a fault', () => {
    const applied = [list.applied];
    list.apply([revocation({ key: randomUUID() })]);
    applied.push(list.applied);
    const broken = function* () {
      yield revocation({ key: claims.tokenId });
      throw new Error('broken');
    };
    expect(() => list.apply(broken())).toThrow('broken');
    applied.push(list.applied);
    expect(new Set(applied).size).toBe(3);
    expect(list.isRevoked(revocableNames(claims))).toBe(true);
  });

  it('agrees with a list that remembers everything, whatever comes in whatever order', () => {
    const ids = Array.from({ length: 40 }, (_, index) => (index % 4 === 0 ? `id-${index}` : randomUUID()));
    const any = () => ids[randomInt(ids.length)]!;
    const applied: Revocation[] = [];
    const naive = (of: RevocableClaims): boolean =>
      applied.some(({ kind, key, notBefore }) => {
        if (kind === 'token') return key === of.tokenId;
        if (kind === 'signing_key') return key === of.keyId;
        if (kind === 'subject') return key === of.subject && of.issuedAt <= notBefore;
        if (kind === 'client') return key === of.clientId && of.issuedAt <= notBefore;
        if (kind === 'everything') return of.issuedAt <= notBefore;
        return key === of.sessionId;
      });
    for (let round = 0; round < 400; round++) {
      if (round % 8 === 0) {
        list = listOf();
        applied.length = 0;
      }
      const batch = Array.from({ length: randomInt(4) }, () => {
        const kind = REVOCATION_KINDS[randomInt(REVOCATION_KINDS.length)]!;
        return revocation({
          kind,
          key: any(),
          notBefore: NOW - randomInt(kind === 'everything' ? 290 : 20, 300),
        });
      });
      list.apply(batch);
      applied.push(...batch);
      list.sweep();
      for (let i = 0; i < 20; i++) {
        const sessionId = randomInt(3) === 0 ? undefined : any();
        const names = { tokenId: any(), sessionId, subject: any(), clientId: any(), keyId: any() };
        const of = { ...names, issuedAt: NOW - randomInt(300) };
        expect(list.isRevoked(revocableNames(of))).toBe(naive(of));
      }
    }
  });

  it('hands on all that it refuses to another list, in parts', () => {
    const many = Array.from({ length: 500 }, () => revocation({ key: randomUUID() }));
    list.apply([
      ...many,
      revocation({ kind: 'family', key: claims.sessionId! }),
      revocation({ kind: 'client', key: 'gatehouse-cli', notBefore: NOW }),
      revocation({ kind: 'signing_key', key: claims.keyId }),
      revocation({ kind: 'everything', notBefore: NOW - 10 }),
    ]);
    const other = listOf();
    for (const part of list.parts()) other.apply(part);
    expect(other.size).toBe(list.size);
    const innocent = { ...claims, tokenId: randomUUID(), sessionId: undefined, keyId: 'another' };
    for (const { key } of many)
      expect(other.isRevoked(revocableNames({ ...innocent, tokenId: key }))).toBe(true);
    expect(other.isRevoked(revocableNames({ ...innocent, sessionId: claims.sessionId }))).toBe(true);
    expect(other.isRevoked(revocableNames({ ...innocent, keyId: claims.keyId }))).toBe(true);
    expect(other.isRevoked(revocableNames({ ...innocent, clientId: 'gatehouse-cli' }))).toBe(true);
    expect(
      other.isRevoked(revocableNames({ ...innocent, clientId: 'gatehouse-cli', issuedAt: NOW + 1 })),
    ).toBe(false);
    expect(other.isRevoked(revocableNames({ ...innocent, issuedAt: NOW - 10 }))).toBe(true);
    expect(other.isRevoked(revocableNames(innocent))).toBe(false);
  });

  it('hands on nothing when it holds nothing', () => {
    expect([...list.parts()]).toEqual([]);
  });
});
