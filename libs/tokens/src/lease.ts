/** Whether what a verifier knows of revocations is recent enough to rely on. */
export interface Lease {
  /** Read at every call of a strict method; must not wait. */
  readonly isFresh: boolean;
}

/** How old a verifier's knowledge may be, in milliseconds: the bound of strict methods. */
export const MAX_LEASE_AGE_MS = 10_000;

/** How long a lease lasts, and by which clock. */
export interface RenewableLeaseOptions {
  readonly maxAgeMs?: number;
  /** A clock that never steps, in milliseconds. */
  readonly monotonic?: () => number;
}

/**
 * A lease by what was known when: never by when a message arrived, which says nothing of the time that it lay in a
 * buffer. Not fresh until it is renewed for the first time.
 */
export class RenewableLease implements Lease {
  readonly #maxAgeMs: number;
  readonly #monotonic: () => number;
  #knownAt = -Infinity;

  constructor(options: RenewableLeaseOptions = {}) {
    this.#maxAgeMs = options.maxAgeMs ?? MAX_LEASE_AGE_MS;
    this.#monotonic = options.monotonic ?? (() => performance.now());
  }

  /**
   * Everything revoked up to this moment is enforced. An earlier moment than one already told changes nothing.
   *
   * @param knownAt on the lease's own clock; a moment to come counts as now
   */
  renew(knownAt: number): void {
    this.#knownAt = Math.max(this.#knownAt, Math.min(knownAt, this.#monotonic()));
  }

  /** What is known is not enough to rely on, whatever its age. */
  lose(): void {
    this.#knownAt = -Infinity;
  }

  get isFresh(): boolean {
    return this.ageMs <= this.#maxAgeMs;
  }

  /** The age of what is known, in milliseconds; Infinity when that is nothing. */
  get ageMs(): number {
    return this.#monotonic() - this.#knownAt;
  }
}
