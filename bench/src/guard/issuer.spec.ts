import { describe, expect, it } from '@jest/globals';
import { AccessTokenVerifier, KeySet } from '@gatehouse/tokens';
import { API_AUDIENCE, createIssuer, ISSUER, SUBJECT } from './issuer.js';

describe("the bench's issuer", () => {
  const issuer = createIssuer();
  const verifier = new AccessTokenVerifier({
    issuer: ISSUER,
    audience: API_AUDIENCE,
    keys: KeySet.from(issuer.publicKey.keySet),
  });

  it('issues access tokens that a service accepts, each another one', async () => {
    const authorizations = issuer.authorizations(SUBJECT, 50);
    expect(new Set(authorizations).size).toBe(50);
    for (const authorization of authorizations) {
      const accessToken = authorization.replace('Bearer ', '');
      expect(verifier.peek(accessToken)).toBeUndefined();
      expect((await verifier.verify(accessToken)).subject).toBe(SUBJECT);
    }
  });

  it('is known by its own key alone', async () => {
    const [authorization = ''] = createIssuer().authorizations(SUBJECT, 1);
    await expect(verifier.verify(authorization.replace('Bearer ', ''))).rejects.toMatchObject({
      reason: 'KEY_UNKNOWN',
    });
  });
});
