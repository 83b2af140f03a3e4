import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { RevocationKind, type Revocation as RevocationMessage } from '@gatehouse/contracts/auth';
import { createLogger } from '@gatehouse/telemetry';
import { eventually, startSpecIssuer, type SpecIssuer, type SpecIssuerOptions } from '@gatehouse/testing';
import {
  RemoteKeySet,
  RenewableLease,
  revocableNames,
  RevocationList,
  type RevocableClaims,
} from '@gatehouse/tokens';
import { ServiceIdentity } from '../service-identity.js';
import { RevocationFeed } from './revocation-feed.js';

const log = createLogger({ service: 'spec', level: 'silent' });
const now = () => Math.floor(Date.now() / 1_000);

let issuer: SpecIssuer;
let close: () => void;
let list: RevocationList;
let lease: RenewableLease;
let keys: RemoteKeySet;
let feed: RevocationFeed;

async function follow(options: SpecIssuerOptions & { maxEntries?: number } = {}): Promise<void> {
  issuer = await startSpecIssuer(options);
  begin(options.maxEntries);
}

/** A verifier that follows the issuer from nothing. */
function begin(maxEntries?: number): void {
  const { address } = issuer;
  const identity = new ServiceIdentity({ address, clientId: 'users', clientSecret: 'a secret of a spec' });
  list = new RevocationList({ maxEntries });
  lease = new RenewableLease();
  keys = new RemoteKeySet({ fetch: () => Promise.reject(new Error('not from here')) });
  feed = new RevocationFeed({ address, identity, list, lease, keys, log });
  close = () => {
    feed.close();
    identity.close();
    issuer.close();
  };
  feed.start();
}

const followed = () => eventually(() => expect(lease.isFresh).toBe(true));
const token = (key: string): RevocationMessage => ({
  kind: RevocationKind.TOKEN,
  key,
  notBefore: 0n,
  expiresAt: BigInt(now() + 300),
});
const isRevoked = (tokenId: string): boolean => {
  const claims: RevocableClaims = {
    tokenId,
    sessionId: undefined,
    subject: 'users',
    clientId: 'users',
    keyId: 'k',
    issuedAt: now(),
  };
  return list.isRevoked(revocableNames(claims));
};

describe('RevocationFeed', () => {
  afterEach(() => close());

  it('knows everything after the first batch and key set, and says so by their numbers', async () => {
    const id = randomUUID();
    issuer = await startSpecIssuer();
    issuer.feed.revoke(token(id));
    begin();
    expect(feed.isKnown).toBe(false);
    await followed();
    expect(feed.isKnown).toBe(true);
    expect(isRevoked(id)).toBe(true);
    expect(keys.find(issuer.signingKey.keyId)).toBeDefined();
    await eventually(() => expect(issuer.feed.acknowledged).toEqual([1n, 2n]));
    expect(issuer.feed.begins).toMatchObject([{ epoch: '', position: 0n }]);
  });

  it('enforces what is revoked while it follows', async () => {
    await follow();
    await followed();
    const id = randomUUID();
    issuer.feed.revoke(token(id));
    await eventually(() => expect(isRevoked(id)).toBe(true));
    await eventually(() => expect(issuer.feed.acknowledged).toEqual([1n, 2n, 3n]));
  });

  it('has no lease from a replica that has not said what it knows, nor from one that read too long ago', async () => {
    issuer = await startSpecIssuer();
    issuer.feed.sendsBeginning = false;
    begin();
    await eventually(() => expect(issuer.feed.streams).toBe(1));
    issuer.feed.readAgeMs = 20_000;
    issuer.feed.send({ more: true });
    issuer.feed.sendKeys();
    await eventually(() => expect(issuer.feed.acknowledged).toEqual([1n, 2n]));
    expect(feed.isKnown).toBe(false);
    expect(lease.ageMs).toBe(Infinity);
    issuer.feed.send({});
    await eventually(() => expect(lease.ageMs).toBeLessThan(Infinity));
    expect(feed.isKnown).toBe(true);
    expect(lease.isFresh).toBe(false);
    issuer.feed.readAgeMs = 0;
    await followed();
  });

  it('is back at once when its stream ends, from where it was', async () => {
    await follow();
    await followed();
    issuer.feed.revoke(token(randomUUID()));
    await eventually(() => expect(issuer.feed.acknowledged).toHaveLength(3));
    issuer.feed.cut();
    await eventually(() => expect(issuer.feed.begins).toHaveLength(2));
    const [first, second] = issuer.feed.begins;
    expect(second).toMatchObject({ verifierId: first!.verifierId, epoch: 'epoch-1', position: 2n });
    expect(second!.authorization).toBe(first!.authorization);
  });

  it('asks for a new access token when the old one is refused', async () => {
    await follow();
    await followed();
    issuer.feed.cut(status.UNAUTHENTICATED);
    await eventually(() => expect(issuer.feed.begins).toHaveLength(2));
    const [first, second] = issuer.feed.begins;
    expect(second!.authorization).not.toBe(first!.authorization);
  });

  it('learns nothing from a replica that is behind, until it has come as far', async () => {
    await follow();
    await followed();
    issuer.feed.position = 10n;
    issuer.feed.revoke(token(randomUUID()));
    await eventually(() => expect(issuer.feed.acknowledged).toHaveLength(3));
    issuer.feed.position = 5n;
    issuer.feed.cut();
    await eventually(() => expect(issuer.feed.begins).toHaveLength(2));
    expect(issuer.feed.begins[1]).toMatchObject({ position: 11n });
    await eventually(() => expect(issuer.feed.acknowledged).toHaveLength(5));
    lease.lose();
    const late = randomUUID();
    issuer.feed.revoke(token(late));
    await eventually(() => expect(isRevoked(late)).toBe(true));
    // Long enough for a ping and its echo.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(lease.isFresh).toBe(false);
    issuer.feed.position = 11n;
    issuer.feed.send({});
    await followed();
  });

  it('keeps what it enforces when history begins anew', async () => {
    const [before, after] = [randomUUID(), randomUUID()];
    await follow();
    await followed();
    issuer.feed.revoke(token(before));
    await eventually(() => expect(isRevoked(before)).toBe(true));
    issuer.close();
    const restored = await startSpecIssuer({ port: issuer.port, signingKey: issuer.signingKey });
    restored.feed.epoch = 'epoch-2';
    restored.feed.revoke(token(after));
    issuer = restored;
    await eventually(() => expect(isRevoked(after)).toBe(true));
    expect(isRevoked(before)).toBe(true);
    expect(restored.feed.begins[0]).toMatchObject({ epoch: 'epoch-1' });
    restored.feed.cut();
    await eventually(() => expect(restored.feed.begins).toHaveLength(2));
    expect(restored.feed.begins[1]).toMatchObject({ epoch: 'epoch-2', position: restored.feed.position });
  });

  it('has the next stream before it lets go of the one whose access token ends', async () => {
    await follow({ serviceTokenSeconds: 31 }); // to be used for one second
    await followed();
    issuer.feed.sendsBeginning = false;
    await eventually(() => expect(issuer.feed.begins).toHaveLength(2));
    expect(issuer.feed.streams).toBe(2);
    const [first, second] = issuer.feed.begins;
    expect(second!.authorization).not.toBe(first!.authorization);
    const id = randomUUID();
    issuer.feed.revoke(token(id));
    await eventually(() => expect(isRevoked(id)).toBe(true));
    await eventually(() => expect(issuer.feed.streams).toBe(1));
    expect(lease.isFresh).toBe(true);
  });

  it('does not go on with a stream whose key set it must not use, nor acknowledge it', async () => {
    await follow();
    await followed();
    issuer.feed.sendsBeginning = false;
    issuer.feed.sendKeys([issuer.signingKey.jwk, issuer.signingKey.jwk]);
    await eventually(() => expect(issuer.feed.begins.length).toBeGreaterThan(1));
    expect(issuer.feed.acknowledged).toEqual([1n, 2n]);
    expect(keys.find(issuer.signingKey.keyId)).toBeDefined();
  });

  it('enforces what it understands beside what it does not, and calls nothing of that known', async () => {
    await follow();
    await followed();
    const id = randomUUID();
    issuer.feed.revoke({ ...token('tomorrow'), kind: 99 as RevocationKind }, token(id));
    await eventually(() => expect(isRevoked(id)).toBe(true));
    await eventually(() => expect(issuer.feed.begins.length).toBeGreaterThan(1));
    expect(issuer.feed.acknowledged).not.toContain(3n);
    expect(issuer.feed.begins[1]).toMatchObject({ position: 1n });
  });

  it('loses its lease when there is no room for all that is revoked', async () => {
    await follow({ maxEntries: 2 });
    await followed();
    issuer.feed.revoke(...Array.from({ length: 3 }, () => token(randomUUID())));
    await eventually(() => expect(lease.isFresh).toBe(false));
    expect(lease.ageMs).toBe(Infinity);
    expect(feed.isKnown).toBe(true);
    await eventually(() => expect(issuer.feed.streams).toBe(0));
  });

  it('waits for an issuer that is not there', async () => {
    const gone = await startSpecIssuer();
    gone.close();
    issuer = gone;
    begin();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(feed.isKnown).toBe(false);
    issuer = await startSpecIssuer({ port: gone.port });
    await followed();
  });
});
