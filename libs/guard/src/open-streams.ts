import { platformReasons } from '@gatehouse/errors';
import type { RevocationMode } from '@gatehouse/access';
import type { Call } from '@gatehouse/grpc';
import { revocableNames, type Claims, type RevocableNames } from '@gatehouse/tokens';
import type { RevocationKnowledge } from './revocation-knowledge.js';

/** How often the lease is looked at while streams of strict methods are open, in milliseconds. */
const LOOK_EVERY_MS = 250;

/** What an open stream was admitted by. */
interface Admitted {
  readonly names: RevocableNames;
  readonly mode: RevocationMode;
}

/**
 * The streams that are open, each ended when its access token would no longer open it: when it expires, when it is
 * revoked, and for strict methods when nobody can know whether it is.
 */
export class OpenStreams {
  readonly #knowledge: RevocationKnowledge;
  readonly #clock: () => number;
  readonly #skewMs: number;
  readonly #open = new Map<Call, Admitted>();
  #unfollow: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param skewMs how long after its end an access token is still accepted */
  constructor(knowledge: RevocationKnowledge, clock: () => number, skewMs: number) {
    this.#knowledge = knowledge;
    this.#clock = clock;
    this.#skewMs = skewMs;
  }

  /** Streams that are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Follows a stream that was just admitted, until it ends. */
  add(call: Call, claims: Claims, mode: RevocationMode): void {
    const { signal } = call;
    if (signal.aborted) return;
    this.#open.set(call, { names: revocableNames(claims), mode });
    const lifetimeMs = claims.expiresAt * 1_000 + this.#skewMs - this.#clock();
    const expire = () => call.refuse(platformReasons.UNAUTHENTICATED({ logReason: 'EXPIRED' }));
    const expiry = setTimeout(expire, Math.max(0, lifetimeMs));
    signal.addEventListener('abort', () => {
      clearTimeout(expiry);
      this.#open.delete(call);
      this.#settle();
    });
    this.#settle();
  }

  /** Keeps watch as long as there is something to watch over, and no longer. */
  #settle(): void {
    if (this.#open.size > 0) {
      this.#unfollow ??= this.#knowledge.revocations.onApplied(() => this.#endRevoked());
      this.#timer ??= setInterval(() => this.#endUnknown(), LOOK_EVERY_MS).unref();
      return;
    }
    this.#unfollow?.();
    this.#unfollow = undefined;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** All are looked at for each batch: an index by every kind of revocation would cost each stream more than this. */
  #endRevoked(): void {
    const { revocations } = this.#knowledge;
    for (const [call, { names }] of this.#open) {
      if (revocations.isRevoked(names))
        call.refuse(platformReasons.UNAUTHENTICATED({ logReason: 'REVOKED' }));
    }
  }

  #endUnknown(): void {
    if (this.#knowledge.lease.isFresh) return;
    for (const [call, { mode }] of this.#open) {
      if (mode === 'strict') call.refuse(platformReasons.REVOCATIONS_UNKNOWN({ retryAfterMs: 1_000 }));
    }
  }
}
