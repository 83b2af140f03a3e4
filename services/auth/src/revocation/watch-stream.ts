import type { WatchResponse } from '@gatehouse/contracts/auth';
import { platformReasons } from '@gatehouse/errors';
import type { PublicJwk } from '@gatehouse/tokens';
import { usableKeyIds, type SigningKeys } from '../signing-key/signing-keys.js';
import { toKeySetResponse } from '../key-set/get-key-set.js';
import { oldestWriting, toMessage, type LiveRevocation } from './live-revocation.js';
import type { Outgoing } from './outgoing.js';
import type { RevocationTail, TailNews } from './revocation-tail.js';
import type { Acknowledgement, SeenVerifier } from './verifier.store.js';

/** Revocations in one message; with keys of 128 characters they are 640 KiB. */
const BATCH = 4_000;

/** Messages that may be under way without an acknowledgement; the rest waits here. */
const WINDOW = 4;

/** What may wait for a verifier that does not keep up, besides what it began with: revocations, and things in all. */
const MAX_WAITING_REVOCATIONS = 20_000;
const MAX_WAITING = 100;

/** Told where nothing was read yet, in milliseconds: no lease lasts that long. */
const OLDEST_READ_MS = 3_600_000;

/** Who follows, from where. */
export interface WatchBegin {
  readonly verifierId: string;
  /** The client ID of the verifier. */
  readonly service: string;
  readonly epoch: string;
  readonly position: bigint;
}

/** What a {@link WatchStream} works with. */
export interface WatchStreamOptions {
  readonly begin: WatchBegin;
  readonly tail: Pick<RevocationTail, 'epoch' | 'position' | 'readAgeMs' | 'from' | 'follow'>;
  readonly keys: Pick<SigningKeys, 'published' | 'follow'>;
  readonly out: Pick<Outgoing<WatchResponse>, 'push' | 'end' | 'waiting'>;
  /**
   * Called when the verifier enforces what was written while it followed.
   *
   * @param writtenAt when the oldest of it was written, by `performance.now()`
   */
  readonly onApplied: (writtenAt: number) => void;
  /** Called when the verifier enforces what somebody may wait for. */
  readonly onProgress: (acknowledgements: readonly Acknowledgement[]) => void;
}

type Waiting =
  | { readonly what: 'revocations'; readonly revocations: LiveRevocation[]; sent: number; news: Reached }
  | { readonly what: 'keys' }
  | { readonly what: 'pong'; readonly id: bigint; readonly readAgeMs: number };

type Reached = Pick<TailNews, 'epoch' | 'position'>;

interface Unacknowledged {
  readonly number: bigint;
  readonly awaited?: readonly bigint[];
  /** When the oldest of it was written, of what was written since the stream began. */
  readonly writtenAt?: number;
  /** Where the verifier stands with it. */
  readonly reached?: Reached;
  readonly keys?: readonly PublicJwk[];
}

/** One verifier's stream: what it was sent, what it said that it enforces, and what waits for it. */
export class WatchStream {
  readonly #options: WatchStreamOptions;
  readonly #waiting: Waiting[] = [];
  readonly #unacknowledged: Unacknowledged[] = [];
  readonly #ends: (() => void)[] = [];
  #waitingRevocations = 0;
  #number = 0n;
  #pingedAt = performance.now();
  /** What was written before is no news, and its age no delay. */
  #newsSince = performance.now();
  #reached: Reached;
  /** How far it was told, or will be by what waits. */
  #told = 0n;
  #keys: readonly PublicJwk[] = [];

  constructor(options: WatchStreamOptions) {
    this.#options = options;
    this.#reached = options.begin;
  }

  /** Sends the key set and what the verifier does not have, and follows from then on. */
  begin(): void {
    const { begin, tail, keys } = this.#options;
    const { epoch, position } = tail;
    // Also when there is nothing to apply: the verifier learns that it is complete.
    const revocations = tail.from(begin.epoch === epoch ? begin.position : 0n);
    const snapshot: Waiting = { what: 'revocations', revocations, sent: 0, news: { epoch, position } };
    this.#told = position;
    this.#waiting.unshift({ what: 'keys' }, snapshot);
    this.#ends.push(
      tail.follow((news) => this.#onNews(news)),
      keys.follow(() => this.#onKeys()),
    );
    this.#send();
  }

  /** What is known of the verifier. */
  get verifier(): SeenVerifier {
    return {
      id: this.#options.begin.verifierId,
      service: this.#options.begin.service,
      pingAgeMs: performance.now() - this.#pingedAt,
      epoch: this.#reached.epoch,
      position: this.#reached.position,
      // A key that must not sign yet is refused by whoever has it.
      keyIds: usableKeyIds(this.#keys),
    };
  }

  ping(id: bigint): void {
    this.#pingedAt = performance.now();
    this.#tellPosition();
    // As old as it is now: what is read while the echo waits is sent after it.
    const readAgeMs = Math.min(this.#options.tail.readAgeMs, OLDEST_READ_MS);
    this.#wait({ what: 'pong', id, readAgeMs });
  }

  acknowledge(number: bigint): void {
    const awaited: bigint[] = [];
    let progress = false;
    while (this.#unacknowledged[0] && this.#unacknowledged[0].number <= number) {
      const applied = this.#unacknowledged.shift()!;
      awaited.push(...(applied.awaited ?? []));
      this.#reached = applied.reached ?? this.#reached;
      if (applied.writtenAt !== undefined) this.#options.onApplied(applied.writtenAt);
      this.#keys = applied.keys ?? this.#keys;
      progress ||= applied.keys !== undefined || awaited.length > 0;
    }
    const { verifierId } = this.#options.begin;
    if (progress) this.#options.onProgress(awaited.map((seq) => ({ verifierId, seq })));
    this.#send();
  }

  end(): void {
    for (const end of this.#ends) end();
  }

  /**
   * Says how far the table was read when nothing of it concerns the verifier: so that what it resumes with is short,
   * and so that one who has heard of more from another replica learns when this one has caught up.
   */
  #tellPosition(): void {
    const { epoch, position } = this.#options.tail;
    if (this.#ends.length === 0 || position === this.#told) return;
    this.#onNews({ epoch, position, revocations: [], restarted: false });
  }

  #onNews({ epoch, position, revocations, restarted }: TailNews): void {
    const news = { epoch, position };
    if (restarted) this.#newsSince = performance.now();
    this.#told = position;
    const last = this.#waiting.at(-1);
    if (last?.what === 'revocations' && !restarted) {
      // In place: a push with a hundred thousand arguments overflows the stack.
      for (const revocation of revocations) last.revocations.push(revocation);
      last.news = news;
    } else this.#wait({ what: 'revocations', revocations: [...revocations], sent: 0, news });
    this.#waitingRevocations += revocations.length;
    this.#send();
    if (this.#waitingRevocations > MAX_WAITING_REVOCATIONS) this.#drop();
  }

  #onKeys(): void {
    if (!this.#waiting.some(({ what }) => what === 'keys')) this.#wait({ what: 'keys' });
  }

  #wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#send();
    if (this.#waiting.length > MAX_WAITING) this.#drop();
  }

  /** It resumes where it was, when it can. */
  #drop(): void {
    this.end();
    this.#waiting.length = 0;
    this.#options.out.end(platformReasons.OVERLOADED({ retryAfterMs: 1_000 }));
  }

  #send(): void {
    // Nothing goes out before the beginning: a pong would be a lease on nothing.
    if (this.#ends.length === 0) return;
    for (let head = this.#waiting[0]; head; head = this.#waiting[0]) {
      if (head.what === 'pong') this.#sendPong(head.id, head.readAgeMs);
      else if (this.#unacknowledged.length >= WINDOW) return;
      else if (head.what === 'keys') this.#sendKeys();
      else if (this.#sendBatch(head)) continue;
      this.#waiting.shift();
    }
  }

  /** @returns whether more of it waits */
  #sendBatch(waiting: Waiting & { what: 'revocations' }): boolean {
    const revocations = waiting.revocations.slice(waiting.sent, waiting.sent + BATCH);
    waiting.sent += revocations.length;
    this.#waitingRevocations = Math.max(0, this.#waitingRevocations - revocations.length);
    const more = waiting.sent < waiting.revocations.length;
    const number = ++this.#number;
    const awaited = revocations.filter((revocation) => revocation.awaited).map(({ seq }) => seq);
    const writtenAt = oldestWriting(revocations, this.#newsSince);
    this.#unacknowledged.push({ number, awaited, writtenAt, ...(more ? {} : { reached: waiting.news }) });
    const value = { number, ...waiting.news, revocations: revocations.map(toMessage), more };
    this.#options.out.push({ message: { $case: 'batch', value } });
    return more;
  }

  #sendKeys(): void {
    const number = ++this.#number;
    const { published } = this.#options.keys;
    this.#unacknowledged.push({ number, keys: published });
    const value = { number, keySet: toKeySetResponse(published) };
    this.#options.out.push({ message: { $case: 'keys', value } });
  }

  #sendPong(id: bigint, readAgeMs: number): void {
    const value = { id, readAgeMs: BigInt(Math.ceil(readAgeMs)) };
    const { out } = this.#options;
    out.push({ message: { $case: 'pong', value } });
    // Nobody acknowledges an echo: of one who pings and does not read, they would be without end.
    if (out.waiting > MAX_WAITING) this.#drop();
  }
}
