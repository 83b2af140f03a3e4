import { invalidClient } from './check-client.js';
import type { ClientDetails, ClientKindName } from './client-row.js';

/**
 * Whose names for people a client shares (OpenID Connect Core, section 8.1): those of the host of its redirect URIs, or
 * of the document that lists them. What runs on a device has no host of its own, nor has a client without redirect URIs:
 * it shares with nobody.
 *
 * @throws AppError FIELD_INVALID for several hosts without a document
 */
export function sectorOf(id: string, kind: ClientKindName, client: ClientDetails): string {
  const { sectorIdentifierUri, redirectUris, pairwise } = client;
  if (sectorIdentifierUri !== null) return new URL(sectorIdentifierUri).host;
  if (kind === 'native') return id;
  const [host, ...others] = new Set(redirectUris.map((uri) => new URL(uri).host));
  if (pairwise && others.length > 0) {
    const description = 'is needed where the redirect URIs have several hosts';
    throw invalidClient([{ field: 'sector_identifier_uri', description }]);
  }
  return host ?? id;
}
