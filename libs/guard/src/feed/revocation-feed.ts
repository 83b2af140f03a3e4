import { randomUUID } from 'node:crypto';
import { status, type ChannelCredentials, type ServiceError } from '@grpc/grpc-js';
import type { WatchResponse_Batch, WatchResponse_Keys } from '@gatehouse/contracts/auth';
import type { Logger } from '@gatehouse/telemetry';
import type { RemoteKeySet, RenewableLease, Revocation, RevocationList } from '@gatehouse/tokens';
import type { ServiceIdentity } from '../service-identity.js';
import { backoffMs } from './backoff.js';
import { FeedStream } from './feed-stream.js';
import { toRevocation } from './revocation-message.js';

/**
 * How long a stream must have served for the next failure to count as the first, in milliseconds: as long as the
 * longest wait, so that waiting longer would not make the attempts any rarer.
 */
const STEADY_MS = 1_000;

/** Least time between a stream and the one that takes over from it, in milliseconds. */
const MIN_TURN_MS = 1_000;

/** How long to wait before the whole history is asked for again, when there was no room for it, in milliseconds. */
const OVERFLOW_WAIT_MS = 10_000;

/** What a {@link RevocationFeed} works with. */
export interface RevocationFeedOptions {
  /** Where auth answers: `host:port`. */
  readonly address: string;
  readonly channel?: ChannelCredentials;
  readonly identity: Pick<ServiceIdentity, 'hold' | 'drop'>;
  /** What the feed writes to. */
  readonly list: RevocationList;
  readonly lease: RenewableLease;
  readonly keys: Pick<RemoteKeySet, 'offer'>;
  /** Where the list stands already; nowhere unless given. */
  readonly from?: FeedPosition;
  readonly log: Logger;
  /** A clock that never steps, in milliseconds; the lease's own. */
  readonly monotonic?: () => number;
}

/** Where a list stands in the issuer's history of revocations. */
export interface FeedPosition {
  readonly epoch: string;
  readonly position: bigint;
}

/** One stream and how far it has come. */
interface Turn {
  readonly stream: FeedStream;
  readonly accessToken: string;
  /** When another one is to take over, on the monotonic clock. */
  readonly until: number;
  /** When it had sent all that there was; undefined before. */
  caughtUpAt: number | undefined;
}

/**
 * Follows what auth says is revoked, for as long as the process runs: one stream at a time, another one before its
 * access token ends, and another one at once when it breaks. The list keeps what it was told meanwhile; the lease
 * says how old that is.
 */
export class RevocationFeed {
  readonly #options: RevocationFeedOptions;
  readonly #monotonic: () => number;
  readonly #verifierId = randomUUID();
  /** Where the list stands. */
  #epoch: string;
  #position: bigint;
  #current: Turn | undefined;
  /** The stream that is to become the current one. */
  #next: Turn | undefined;
  #isConnecting = false;
  #failures = 0;
  #isFollowing = false;
  #listKnown = false;
  #keysKnown = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RevocationFeedOptions) {
    this.#options = options;
    const { epoch, position } = options.from ?? { epoch: '', position: 0n };
    this.#epoch = epoch;
    this.#position = position;
    this.#monotonic = options.monotonic ?? (() => performance.now());
  }

  /** Whether all that was revoked and the key set have been known once. */
  get isKnown(): boolean {
    return this.#listKnown && this.#keysKnown;
  }

  /** Where the list stands: with all that was revoked before that. */
  get position(): FeedPosition {
    return { epoch: this.#epoch, position: this.#position };
  }

  /** Whether a stream serves that has sent all there was. */
  get isConnected(): boolean {
    return this.#current !== undefined;
  }

  /** Begins to follow. Auth need not be there. */
  start(): void {
    void this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#next?.stream.end();
    this.#current?.stream.end();
  }

  async #connect(): Promise<void> {
    if (this.#closed || this.#isConnecting || this.#next) return;
    this.#isConnecting = true;
    try {
      const { accessToken, usableUntil } = await this.#options.identity.hold();
      if (!this.#closed) this.#next = this.#open(accessToken, usableUntil);
    } catch (cause) {
      this.#retry(cause);
    } finally {
      this.#isConnecting = false;
    }
  }

  #open(accessToken: string, until: number): Turn {
    const { address, channel } = this.#options;
    const begin = { verifierId: this.#verifierId, epoch: this.#epoch, position: this.#position };
    const listener = {
      onBatch: (batch: WatchResponse_Batch) => this.#onBatch(turn, batch),
      onKeys: (keys: WatchResponse_Keys) => this.#onKeys(turn, keys),
      onPong: (knownAt: number) => this.#onPong(turn, knownAt),
      onEnd: (cause: unknown) => this.#onEnd(turn, cause),
    };
    const monotonic = this.#monotonic;
    const stream = new FeedStream({ address, channel, accessToken, begin, listener, monotonic });
    const turn: Turn = { stream, accessToken, until, caughtUpAt: undefined };
    return turn;
  }

  #onBatch(turn: Turn, { number, epoch, position, revocations, more }: WatchResponse_Batch): void {
    const { list } = this.#options;
    const known = revocations.map(toRevocation);
    list.apply(known.filter((revocation): revocation is Revocation => revocation !== undefined));
    if (!list.isComplete) return this.#overflow(turn);
    if (known.includes(undefined))
      return turn.stream.end(new Error('auth revokes what this verifier does not know of'));
    if (!more) this.#reach(turn, epoch, position);
    turn.stream.acknowledge(number);
  }

  /** A replica that is behind what is known already tells nothing new until it has come that far. */
  #reach(turn: Turn, epoch: string, position: bigint): void {
    const isBehind = epoch === this.#epoch && position < this.#position;
    if (isBehind) return;
    this.#epoch = epoch;
    this.#position = position;
    if (turn.caughtUpAt === undefined) this.#takeOver(turn);
  }

  #takeOver(turn: Turn): void {
    turn.caughtUpAt = this.#monotonic();
    this.#listKnown = true;
    const before = this.#current;
    this.#current = turn;
    if (this.#next === turn) this.#next = undefined;
    before?.stream.end();
    if (!this.#isFollowing) this.#options.log.info('revocations are followed');
    this.#isFollowing = true;
    this.#connectAfter(Math.max(MIN_TURN_MS, turn.until - this.#monotonic()));
  }

  #onKeys(turn: Turn, { number, keySet }: WatchResponse_Keys): void {
    try {
      this.#options.keys.offer(keySet);
    } catch (error) {
      // Whatever else this stream acknowledged would say that its keys are in use.
      return turn.stream.end(error);
    }
    this.#keysKnown = true;
    turn.stream.acknowledge(number);
  }

  #onPong(turn: Turn, knownAt: number): void {
    if (turn.caughtUpAt !== undefined) this.#options.lease.renew(knownAt);
    this.#options.list.sweep();
  }

  #onEnd(turn: Turn, cause: unknown): void {
    if (this.#closed) return;
    const { identity } = this.#options;
    if ((cause as Partial<ServiceError>)?.code === status.UNAUTHENTICATED) identity.drop(turn.accessToken);
    const wasCurrent = this.#current === turn;
    const wasNext = this.#next === turn;
    if (wasCurrent) this.#current = undefined;
    if (wasNext) this.#next = undefined;
    if (!wasCurrent && !wasNext) return;
    const isSteady = turn.caughtUpAt !== undefined && this.#monotonic() - turn.caughtUpAt > STEADY_MS;
    if (isSteady) this.#failures = 0;
    this.#retry(cause);
  }

  /** The list could not hold all: what it knows cannot be relied on, and the feed begins again, later. */
  #overflow(turn: Turn): void {
    const { lease, log } = this.#options;
    lease.lose();
    for (const each of [this.#current, this.#next]) if (each !== turn) each?.stream.end();
    turn.stream.end(new Error('there is no room for all that is revoked'));
    log.error({ entries: this.#options.list.size }, 'more is revoked than there is room for');
    this.#epoch = '';
    this.#position = 0n;
    this.#connectAfter(OVERFLOW_WAIT_MS, () => this.#options.list.beginAnew());
  }

  #retry(cause: unknown): void {
    if (this.#closed) return;
    if (this.#isFollowing && !this.#current) {
      this.#isFollowing = false;
      this.#options.log.warn({ cause: String(cause) }, 'revocations are not followed; trying again');
    }
    this.#connectAfter(backoffMs(this.#failures++));
  }

  #connectAfter(ms: number, prepare?: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      prepare?.();
      void this.#connect();
    }, ms).unref();
  }
}
