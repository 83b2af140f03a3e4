import type { AdapterPayload } from 'oidc-provider';
import type { Claims } from '@gatehouse/tokens';
import { ArtifactAdapter } from './artifact-adapter.js';
import { isTokenHandle, tokenOfHandle } from './token-handle.js';
import { currentContext, currentVisit } from './visit-context.js';

/**
 * Access tokens and those of clients, which are not kept: whether one is good is read from itself and from what it
 * descends from. Kept are those that are good at the userinfo endpoint alone.
 */
export class TokenAdapter extends ArtifactAdapter {
  override async find(id: string): Promise<AdapterPayload | undefined> {
    if (!isTokenHandle(id)) return super.find(id);
    const claims = await this.#read(id);
    return claims && this.#toPayload(claims);
  }

  override async destroy(id: string): Promise<void> {
    const { token } = currentContext().oidc.params ?? {};
    if (typeof token !== 'string' || !isTokenHandle(token)) return super.destroy(id);
    const { database, revocations, audit } = this.context;
    const { origin } = currentVisit().caller('RevokeToken');
    const claims = await this.#read(token);
    if (!claims) return;
    const { tokenId, clientId, subject } = claims;
    await database.transaction(async (tx) => {
      await revocations.append(tx, [{ kind: 'token', key: tokenId }]);
      await audit.append(tx, { origin, actor: clientId, target: subject, outcome: 'OK' });
    });
  }

  /** Undefined for what is no access token of this kind, or is not good at this moment. */
  async #read(handle: string): Promise<Claims | undefined> {
    const { issuedTokens, descent, database, apiAudience } = this.context;
    const claims = await issuedTokens.read(tokenOfHandle(handle), [apiAudience]);
    if (!claims || claims.isService !== (this.kind === 'ClientCredentials')) return undefined;
    return (await descent.isGood(database.sql, claims)) ? claims : undefined;
  }

  #toPayload(claims: Claims): AdapterPayload {
    const { subject, clientId, tokenId, issuedAt, expiresAt, scope, boundTo } = claims;
    return {
      kind: this.kind,
      jti: tokenId,
      clientId,
      iat: issuedAt,
      exp: expiresAt,
      aud: this.context.apiAudience,
      scope: [...scope].join(' '),
      ...(boundTo !== undefined && { jkt: boundTo }),
      ...(this.kind === 'AccessToken' && { accountId: subject, gty: 'authorization_code' }),
    };
  }
}
