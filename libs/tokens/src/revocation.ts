import type { Claims } from './claims.js';
import type { RevocableNames } from './revocable-names.js';

/** What can be revoked. The first four and `signing_key` refuse all; the others what was issued up to a moment. */
export const REVOCATION_KINDS = [
  'token',
  'session',
  'family',
  'api_key',
  'grant',
  'subject',
  'client',
  'signing_key',
  'everything',
] as const;

/** One of {@link REVOCATION_KINDS}. */
export type RevocationKind = (typeof REVOCATION_KINDS)[number];

/** What a verifier must refuse from now on. Times are whole seconds since the epoch. */
export interface Revocation {
  readonly kind: RevocationKind;
  /** A `jti`, a `sid`, a `sub`, a `client_id` or a `kid`, by the kind; of no meaning for everything. */
  readonly key: string;
  /** Access tokens issued up to this second are refused, it included; for subject, client and everything. */
  readonly notBefore: number;
  /** No access token that this speaks of is valid after this second. */
  readonly expiresAt: number;
}

/** The claims that revocations speak of. */
export type RevocableClaims = Pick<
  Claims,
  'tokenId' | 'sessionId' | 'subject' | 'clientId' | 'keyId' | 'issuedAt'
>;

/** What a verifier asks on every call. Must not wait. */
export interface RevocationSource {
  /** How often something was applied: while it is the same, what was not revoked is not. */
  readonly applied: number;
  isRevoked(names: RevocableNames): boolean;
  /**
   * Has the listener called whenever more may be revoked than before.
   *
   * @returns how to have it called no more
   */
  onApplied(listener: () => void): () => void;
}
