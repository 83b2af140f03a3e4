import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import { isUuid } from '@gatehouse/aip';
import { endGrant, type GrantEnd } from '../grant/end-grant.js';
import type { GrantRow } from '../grant/grant.store.js';
import { scopeOf } from '../role/roles.js';
import { ArtifactAdapter } from './artifact-adapter.js';
import { apiResource } from './api-resource.js';
import { currentContext, currentVisit } from './visit-context.js';

/** Shows the library the grants that people have given. They are written where people consent. */
export class GrantAdapter extends ArtifactAdapter implements Adapter {
  constructor(context: AuthContext) {
    super(context, 'Grant');
  }

  override async upsert(): Promise<void> {
    throw new Error('a grant is written where a person consents');
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    if (!isUuid(id)) return undefined;
    const { database, grants, issuer } = this.context;
    const grant = await grants.find(database.sql, id);
    if (!grant) return undefined;
    const { scopes, permissions } = grant.consent;
    const resource = apiResource(issuer);
    const withheld = await this.#withheld(grant);
    return {
      kind: 'Grant',
      jti: id,
      accountId: grant.accountId,
      clientId: grant.clientId,
      iat: grant.createdAt,
      exp: grant.endsAt,
      openid: { scope: scopes.join(' ') },
      resources: { [resource]: permissions.join(' ') },
      ...(withheld.length > 0 && { rejected: { resources: { [resource]: withheld.join(' ') } } }),
    } as AdapterPayload;
  }

  /** What the person could not give and still cannot. What they hold by now they are asked for. */
  async #withheld({ accountId, consent: { withheld } }: GrantRow): Promise<string[]> {
    if (withheld.length === 0) return [];
    const account = await this.context.accounts.find(this.context.database.sql, accountId);
    const held = scopeOf(account?.roles ?? []).split(' ');
    return withheld.filter((name) => !held.includes(name));
  }

  /** The library ends a grant when what is good once comes back, and with a refresh token that is revoked. */
  override async destroy(id: string): Promise<void> {
    const { database } = this.context;
    const { origin } = currentVisit().caller('EndGrant');
    await database.transaction((tx) => endGrant(this.context, tx, id, origin, causeOf()));
  }
}

function causeOf(): GrantEnd {
  const { oidc } = currentContext();
  if (oidc.route !== 'token') return 'OK';
  return oidc.params?.['grant_type'] === 'refresh_token' ? 'REFRESH_TOKEN_REUSED' : 'CODE_REUSED';
}
