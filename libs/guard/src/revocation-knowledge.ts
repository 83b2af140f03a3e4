import type { Lease, RevocationSource } from '@gatehouse/tokens';

/** What a guard knows of revocations, and how well. */
export interface RevocationKnowledge {
  /** Asked on every call. */
  readonly revocations: RevocationSource;
  /** Whether that is recent enough for strict methods. */
  readonly lease: Lease;
  /**
   * Asks the issuer whether an access token is good at this moment, for strict methods while the lease is not
   * fresh. Without it they are UNAVAILABLE then.
   *
   * @param within the deadline of the call that it is about, in milliseconds of `performance.now()`
   */
  readonly introspect?: (accessToken: string, within?: number) => Promise<boolean>;
}

/** For specs and benches, where nobody revokes anything: said in words, so that no service leaves it out. */
export interface NoRevocations {
  readonly revocations: 'none';
}

/** What a guard goes by that knows of no revocations. */
export const NOTHING_REVOKED: RevocationKnowledge = {
  revocations: { applied: 0, isRevoked: () => false, onApplied: () => () => undefined },
  lease: { isFresh: true },
};
