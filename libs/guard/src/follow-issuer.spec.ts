import { afterEach, describe, expect, it } from '@jest/globals';
import { RevocationKind } from '@gatehouse/contracts/auth';
import { createLogger } from '@gatehouse/telemetry';
import { eventually, freePort, startSpecIssuer, type SpecIssuer } from '@gatehouse/testing';
import { KeysUnavailable } from '@gatehouse/tokens';
import { AccessTokens, followIssuer, ServiceIdentity, type FollowedIssuer } from './index.js';

const log = createLogger({ service: 'spec', level: 'silent' });

let issuer: SpecIssuer | undefined;
let followed: FollowedIssuer;
let identity: ServiceIdentity;

function follow(address: string, maxLeaseAgeMs?: number): void {
  identity = new ServiceIdentity({ address, clientId: 'users', clientSecret: 'a secret of a spec' });
  followed = followIssuer({ address, identity, log, maxLeaseAgeMs });
}

afterEach(async () => {
  await followed.close();
  identity.close();
  issuer?.close();
  issuer = undefined;
});

describe('followIssuer', () => {
  it('is ready once it knows what is revoked and the key set, and stays so without the issuer', async () => {
    issuer = await startSpecIssuer();
    issuer.feed.sendsBeginning = false;
    follow(issuer.address, 1_500);
    await eventually(() => expect(issuer!.feed.streams).toBe(1));
    issuer.feed.sendKeys();
    const { keyId } = issuer.signingKey;
    // Nobody is known before it is known who was ended.
    await expect(followed.keys.lookUp(keyId)).rejects.toThrow(KeysUnavailable);
    expect(followed.keys.find(keyId)).toBeUndefined();
    expect(followed.known.holds()).toBe(false);
    const waiting = followed.keys.lookUp(keyId);
    issuer.feed.send({});
    expect(await waiting).toMatchObject({ keyId });
    expect(followed.known.holds()).toBe(true);
    expect(followed.keys.find(keyId)).toBeDefined();
    await eventually(() => expect(followed.lease.isFresh).toBe(true));
    issuer.close();
    await eventually(() => expect(followed.lease.isFresh).toBe(false));
    expect(followed.known.holds()).toBe(true);
    await expect(followed.introspect('any')).rejects.toBeDefined();
  });

  it('becomes ready by itself when the issuer comes later', async () => {
    const port = await freePort();
    follow(`127.0.0.1:${port}`);
    expect(followed.known.holds()).toBe(false);
    issuer = await startSpecIssuer({ port });
    await eventually(() => expect(followed.known.holds()).toBe(true));
  });

  it('gives a guard all it needs', async () => {
    issuer = await startSpecIssuer();
    follow(issuer.address);
    await eventually(() => expect(followed.known.holds()).toBe(true));
    const tokens = new AccessTokens({
      issuer: issuer.issuer,
      apiAudience: 'gatehouse-api',
      service: 'users',
      ...followed,
    });
    const accessToken = issuer.userToken('ann');
    expect((await tokens.verify(accessToken)).subject).toBe('ann');
    const now = BigInt(Math.floor(Date.now() / 1_000));
    const kind = RevocationKind.SUBJECT;
    issuer.feed.revoke({ kind, key: 'ann', notBefore: now, expiresAt: now + 300n });
    await eventually(() => expect(() => tokens.peek(accessToken)).toThrow('access token rejected'));
    await expect(tokens.verify(accessToken)).rejects.toMatchObject({ reason: 'REVOKED' });
    expect(await followed.introspect(accessToken)).toBe(true);
    issuer.inactive.add(accessToken);
    expect(await followed.introspect(accessToken)).toBe(false);
  });
});
