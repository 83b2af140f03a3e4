import type { Scope } from './scope.js';

/** What a user's access token may descend from: refresh tokens, a browser's session, an API key, or a grant to a client. */
export const CREDENTIAL_KINDS = ['token_family', 'session', 'api_key', 'grant'] as const;

/** One of {@link CREDENTIAL_KINDS}. */
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** Who acts for the subject of an access token, and for whom that one acts (RFC 8693 section 4.1): client IDs. */
export interface Actor {
  readonly sub: string;
  readonly act?: Actor;
}

/** The payload of an access token on the wire (RFC 9068 section 2.2). Times are seconds since the epoch. */
export interface AccessTokenClaims {
  readonly iss: string;
  /** The audience, or several of which the verifier's must be one. */
  readonly aud: string | readonly string[];
  readonly sub: string;
  readonly client_id: string;
  /** The session; every access token has one, except those of services, whose `sub` is their `client_id`. */
  readonly sid?: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  readonly nbf?: number;
  /** The granted permissions, separated by single spaces. */
  readonly scope?: string;
  /** What it descends from; absent for services. A claim of Gatehouse's own. */
  readonly credential?: CredentialKind;
  /** When the person last proved who they are (RFC 9068 section 2.2.1). */
  readonly auth_time?: number;
  /** Who acts for the subject, where that is not the client which the subject let do so. */
  readonly act?: Actor;
  /** What its holder proves possession of, where it is bound (RFC 7800; RFC 9449 section 6.1). */
  readonly cnf?: { readonly jkt: string };
}

/** The claims of a verified access token. Frozen, and shared by all calls that carry the same access token. */
export interface Claims {
  readonly issuer: string;
  /** The verifier's own audience, which the access token names. */
  readonly audience: string;
  readonly subject: string;
  readonly clientId: string;
  /** Absent for a service that has none. */
  readonly sessionId: string | undefined;
  readonly tokenId: string;
  /** Whether the subject is the client itself (RFC 9068 section 5): a service or a client acting in its own name. */
  readonly isService: boolean;
  /** Seconds since the epoch, like `notBefore` and `expiresAt`. */
  readonly issuedAt: number;
  /** `issuedAt` when the access token names none. */
  readonly notBefore: number;
  readonly expiresAt: number;
  readonly scope: Scope;
  /** The key that signed it. */
  readonly keyId: string;
  /** What it descends from; undefined for services. */
  readonly credential: CredentialKind | undefined;
  /** When the person last proved who they are, in seconds since the epoch; undefined when no person did. */
  readonly authTime: number | undefined;
  /** Who acts for the subject, where it was handed on; for the issuer alone, no rule looks at it. */
  readonly actor: Actor | undefined;
  /** The thumbprint of the key that it is bound to; undefined where whoever bears it may use it. */
  readonly boundTo: string | undefined;
}
