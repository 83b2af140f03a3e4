import type { AllClientMetadata, ClientMetadata } from 'oidc-provider';
import { hasSecret, type ClientRow } from '../client/client-row.js';
import { OPENID_SCOPES } from './scopes.js';

/** Our own words in a client's metadata: what OAuth has none for. */
export const OWN_METADATA = [
  'secret_hashes',
  'own_sector',
  'own_pairwise',
  'may_ask',
  'may_do',
  'home_uri',
  'plain_requests',
] as const;

/** What {@link toMetadata} makes of a client besides what OAuth has words for. */
export interface OwnMetadata {
  /** SHA-256 of the secrets that are good, in base64. */
  readonly secret_hashes: readonly string[];
  readonly own_sector: string;
  readonly own_pairwise: boolean;
  readonly may_ask: readonly string[];
  readonly may_do: readonly string[];
  readonly home_uri: string | null;
  readonly plain_requests: boolean;
}

/** A client as far as its metadata goes. */
export type DescribedClient = Omit<ClientRow, 'createTime' | 'changeTime' | 'version' | 'disableTime'>;

/** A client as the library knows it (RFC 7591, section 2). */
export function toMetadata(client: DescribedClient, hashes: readonly Buffer[]): ClientMetadata & OwnMetadata {
  const isConfidential = client.kind === 'web';
  const secretHashes = hashes.map((hash) => hash.toString('base64'));
  return {
    client_id: client.id,
    client_name: client.displayName,
    application_type: client.kind === 'native' ? 'native' : 'web',
    grant_types: [...client.grantTypes],
    response_types: client.grantTypes.includes('authorization_code') ? ['code'] : [],
    // What else there is needs a script.
    response_modes: ['query'],
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.logoutRedirectUris],
    scope: OPENID_SCOPES.join(' '),
    token_endpoint_auth_method: methodOf(client),
    dpop_bound_access_tokens: client.dpopBoundAccessTokens,
    require_pushed_authorization_requests:
      isConfidential && client.grantTypes.includes('authorization_code') && !client.plainRequests,
    ...(client.sectorIdentifierUri !== null && { sector_identifier_uri: client.sectorIdentifierUri }),
    ...(client.jwks !== null && { jwks: client.jwks as AllClientMetadata['jwks'] }),
    ...(client.jwksUri !== null && { jwks_uri: client.jwksUri }),
    ...(client.logoutUri !== null && {
      backchannel_logout_uri: client.logoutUri,
      backchannel_logout_session_required: true,
    }),
    // The library wants one; it compares by the hashes, see compare-secret.ts.
    ...(hasSecret(client) && { client_secret: secretHashes[0] ?? 'none' }),
    secret_hashes: secretHashes,
    own_sector: client.sector,
    own_pairwise: client.pairwise,
    may_ask: [...client.permissions],
    may_do: [...client.ownPermissions],
    home_uri: client.homeUri,
    plain_requests: client.plainRequests,
  };
}

function methodOf(client: DescribedClient): AllClientMetadata['token_endpoint_auth_method'] {
  if (client.kind !== 'web') return 'none';
  return hasSecret(client) ? 'client_secret_basic' : 'private_key_jwt';
}
