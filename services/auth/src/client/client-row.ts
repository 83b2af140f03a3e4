/** What a client runs on. */
export type ClientKindName = 'web' | 'browser' | 'native';

/** How a client may come by access tokens, as OAuth names it. */
export type GrantTypeName =
  | 'authorization_code'
  | 'refresh_token'
  | 'client_credentials'
  | 'urn:ietf:params:oauth:grant-type:device_code'
  | 'urn:ietf:params:oauth:grant-type:token-exchange';

/** What is said of a client when it is registered or changed. */
export interface ClientDetails {
  readonly displayName: string;
  /** Null for nowhere, like the other URIs. */
  readonly homeUri: string | null;
  readonly grantTypes: readonly GrantTypeName[];
  readonly redirectUris: readonly string[];
  readonly logoutRedirectUris: readonly string[];
  /** What it may ask people for. */
  readonly permissions: readonly string[];
  /** What it may do in its own name. */
  readonly ownPermissions: readonly string[];
  /** Whether it knows people by names of its sector. */
  readonly pairwise: boolean;
  readonly sectorIdentifierUri: string | null;
  /** A JWK Set. */
  readonly jwks: { readonly keys: readonly object[] } | null;
  readonly jwksUri: string | null;
  readonly logoutUri: string | null;
  /** Whether it gets access tokens that are bound to a key, and no others. */
  readonly dpopBoundAccessTokens: boolean;
  /** Whether its authorization requests need be neither pushed nor bound to it by a code challenge. */
  readonly plainRequests: boolean;
}

/** A client. */
export interface ClientRow extends ClientDetails {
  readonly id: string;
  readonly kind: ClientKindName;
  /** Whose names for people it shares: a host, or its own ID. */
  readonly sector: string;
  readonly createTime: Date;
  readonly changeTime: Date;
  /** When it changed, to the microsecond, which a Date does not hold. */
  readonly version: string;
  /** Since when it may do nothing any more; null for one in use. */
  readonly disableTime: Date | null;
}

/** Whether a client proves itself by a secret: it can keep one and has no keys. */
export function hasSecret({ kind, jwks, jwksUri }: Pick<ClientRow, 'kind' | 'jwks' | 'jwksUri'>): boolean {
  return kind === 'web' && jwks === null && jwksUri === null;
}
