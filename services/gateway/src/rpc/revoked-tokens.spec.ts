import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RevocationKind } from '@gatehouse/contracts/auth';
import { eventually } from '@gatehouse/testing';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';

const PATH = '/v1/resources/0190b0a0-0000-7000-8000-000000000001';

describe('an access token that is revoked', () => {
  let gateway: SpecGateway;

  beforeAll(async () => {
    gateway = await startSpecGateway();
  });
  afterAll(() => gateway.stop());

  it('is refused by the gateway itself, also where it was known', async () => {
    const jti = 'f3a4f8a2-8d4e-4f1e-9a53-0d4a6b9f3c11';
    const accessToken = gateway.accessToken('resources:read', { jti });
    await eventually(() => expect(gateway.backend.feed.streams).toBe(1));
    expect((await gateway.send(PATH, { accessToken })).status).toBe(200);
    const seen = gateway.backend.callsOf('GetResource').length;
    const expiresAt = BigInt(Math.floor(Date.now() / 1_000) + 300);
    gateway.backend.feed.revoke({ kind: RevocationKind.TOKEN, key: jti, notBefore: 0n, expiresAt });
    await eventually(() => expect(gateway.backend.feed.acknowledged).toHaveLength(3));
    const answer = await gateway.send(PATH, { accessToken });
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({ reason: 'UNAUTHENTICATED' });
    expect(await gateway.lineOf(answer)).toMatchObject({ reason: 'REVOKED' });
    expect(gateway.backend.callsOf('GetResource')).toHaveLength(seen);
    const another = gateway.accessToken('resources:read');
    expect((await gateway.send(PATH, { accessToken: another })).status).toBe(200);
  });
});
