import type { JwkSet, Revocation } from '@gatehouse/tokens';

/** What a verifier knows of its issuer, and up to when. */
export interface LastKnown {
  /** All that was revoked before this moment is in it; milliseconds since the epoch. */
  readonly freshAt: number;
  /** Where its revocations stand in the issuer's feed. */
  readonly epoch: string;
  readonly position: bigint;
  readonly keySet: JwkSet;
  /** In parts. */
  readonly revocations: Iterable<readonly Revocation[]>;
}
