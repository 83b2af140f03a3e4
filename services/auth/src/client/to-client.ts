import { SubjectType, type Client } from '@gatehouse/contracts/auth';
import { authenticationOf, grantTypeNamesOf, grantTypesOf, kindOf } from './client-enums.js';
import { invalidClient } from './check-client.js';
import type { ClientDetails, ClientRow } from './client-row.js';

/** A client as the contract shows it. */
export function toClient(row: ClientRow): Client {
  return {
    id: row.id,
    displayName: row.displayName,
    homeUri: row.homeUri ?? '',
    kind: kindOf(row.kind),
    grantTypes: grantTypesOf(row.grantTypes),
    redirectUris: [...row.redirectUris],
    logoutRedirectUris: [...row.logoutRedirectUris],
    permissions: [...row.permissions],
    ownPermissions: [...row.ownPermissions],
    subjectType: row.pairwise ? SubjectType.PAIRWISE : SubjectType.PUBLIC,
    sectorIdentifierUri: row.sectorIdentifierUri ?? '',
    jwks: row.jwks === null ? '' : JSON.stringify(row.jwks),
    jwksUri: row.jwksUri ?? '',
    logoutUri: row.logoutUri ?? '',
    dpopBoundAccessTokens: row.dpopBoundAccessTokens,
    plainRequests: row.plainRequests,
    authentication: authenticationOf(row),
    createTime: row.createTime,
    updateTime: row.changeTime,
    disableTime: row.disableTime ?? undefined,
  };
}

/** What the contract says of a client. @throws AppError FIELD_INVALID for keys that are no JWK Set */
export function toDetails(client: Client): ClientDetails {
  return {
    displayName: client.displayName,
    homeUri: orNull(client.homeUri),
    grantTypes: grantTypeNamesOf(client.grantTypes),
    redirectUris: client.redirectUris,
    logoutRedirectUris: client.logoutRedirectUris,
    permissions: client.permissions.toSorted(),
    ownPermissions: client.ownPermissions.toSorted(),
    pairwise: client.subjectType !== SubjectType.PUBLIC,
    sectorIdentifierUri: orNull(client.sectorIdentifierUri),
    jwks: readKeySet(client.jwks),
    jwksUri: orNull(client.jwksUri),
    logoutUri: orNull(client.logoutUri),
    dpopBoundAccessTokens: client.dpopBoundAccessTokens,
    plainRequests: client.plainRequests,
  };
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}

function readKeySet(text: string): ClientDetails['jwks'] {
  if (text === '') return null;
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    if (Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null)) return { keys };
  } catch {
    // Told below, in the one way.
  }
  throw invalidClient([{ field: 'jwks', description: 'must be a JWK Set (RFC 7517, section 5)' }]);
}
