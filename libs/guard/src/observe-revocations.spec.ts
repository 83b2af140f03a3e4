import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RevocationKind } from '@gatehouse/contracts/auth';
import { createLogger } from '@gatehouse/telemetry';
import {
  eventually,
  freePort,
  specTelemetry,
  startSpecIssuer,
  type SpecIssuer,
  type SpecTelemetry,
} from '@gatehouse/testing';
import { followIssuer, observeRevocations, ServiceIdentity, type FollowedIssuer } from './index.js';

const log = createLogger({ service: 'spec', level: 'silent' });

describe('what a verifier tells of its knowledge of revocations', () => {
  let telemetry: SpecTelemetry;
  let issuer: SpecIssuer | undefined;
  let identity: ServiceIdentity;
  let followed: FollowedIssuer;

  const follow = (address: string) => {
    identity = new ServiceIdentity({ address, clientId: 'users', clientSecret: 'a secret of a spec' });
    followed = followIssuer({ address, identity, log });
  };
  const read = async (name: string) => (await telemetry.point(name)).value;
  const connected = () => read('gatehouse.feed.connected');
  const entries = () => read('gatehouse.revocations.entries');
  const leaseAge = () => read('gatehouse.revocations.lease_age');

  beforeEach(async () => {
    telemetry = await specTelemetry();
  });
  afterEach(async () => {
    await followed.close();
    identity.close();
    issuer?.close();
    issuer = undefined;
    await telemetry.close();
  });

  it('is nothing while auth was never there', async () => {
    follow(`127.0.0.1:${await freePort()}`);
    expect([await connected(), await entries(), await leaseAge()]).toEqual([0, 0, Infinity]);
  });

  it('is how many there are and how old that is, and that the feed is cut off when it is', async () => {
    issuer = await startSpecIssuer();
    issuer.feed.readAgeMs = 3_000;
    follow(issuer.address);
    await eventually(async () => expect(await connected()).toBe(1));
    await eventually(async () => expect(await leaseAge()).toBeLessThan(Infinity));
    // What auth had read was three seconds old.
    expect(await leaseAge()).toBeGreaterThanOrEqual(3);
    const expiresAt = BigInt(Math.floor(Date.now() / 1_000) + 300);
    const revocation = () => ({ kind: RevocationKind.TOKEN, key: randomUUID(), notBefore: 0n, expiresAt });
    issuer.feed.revoke(revocation(), revocation(), revocation());
    await eventually(async () => expect(await entries()).toBe(3));
    issuer.close();
    await eventually(async () => expect(await connected()).toBe(0));
    const age = await leaseAge();
    await eventually(async () => expect(await leaseAge()).toBeGreaterThan(age));
    expect(await entries()).toBe(3);
  });

  it('is told no more once it is closed', async () => {
    follow(`127.0.0.1:${await freePort()}`);
    let asked = 0;
    const end = observeRevocations({ ageMs: () => ++asked, entries: () => 0 });
    await telemetry.scrape();
    expect(asked).toBe(1);
    end();
    await followed.close();
    await telemetry.scrape();
    expect(asked).toBe(1);
  });
});
