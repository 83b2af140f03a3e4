import type { Logger } from '@gatehouse/telemetry';
import type { KeySet, RemoteKeySet, RenewableLease, RevocationList } from '@gatehouse/tokens';
import type { FeedPosition, RevocationFeed } from '../feed/revocation-feed.js';
import type { LastKnownFile } from './last-known-file.js';
import type { LastKnown } from './last-known.js';

/** How often it looks whether there is something to write, in milliseconds. */
const LOOK_EVERY_MS = 250;

/** Least time from one write to the next, in milliseconds. */
const PAUSE_MS = 2_000;

/** And that many times as long as a write takes: a large list costs a fiftieth of the time at most. */
const PAUSE_SHARE = 50;

/** The wait after a write that failed, in milliseconds. */
const FAILURE_PAUSE_MS = 60_000;

/** How much fresher it has to be to be written although nothing has changed, in milliseconds. */
const FRESHER_MS = 60_000;

/** What a {@link LastKnownKeeper} works with. */
export interface LastKnownKeeperOptions {
  readonly file: LastKnownFile;
  readonly feed: Pick<RevocationFeed, 'isKnown' | 'position'>;
  readonly list: RevocationList;
  readonly keys: Pick<RemoteKeySet, 'current'>;
  readonly lease: RenewableLease;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/** What a write has written, by what tells it from another. */
interface Written extends FeedPosition {
  readonly keys: KeySet;
  readonly freshAt: number;
}

/** Writes down what a verifier knows: soon after it has changed, each minute otherwise, and at its end. */
export class LastKnownKeeper {
  readonly #options: LastKnownKeeperOptions;
  readonly #clock: () => number;
  readonly #timer: NodeJS.Timeout;
  #written: Written | undefined;
  #writing: Promise<void> | undefined;
  /** When the next write may begin, on the monotonic clock. */
  #pauseUntil = 0;

  constructor(options: LastKnownKeeperOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Writes what has not been written yet, and ends. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    const now = this.#now();
    if (now && now.freshAt !== this.#written?.freshAt) await this.#write(now);
  }

  #look(): void {
    if (this.#writing || performance.now() < this.#pauseUntil) return;
    const now = this.#now();
    if (now && this.#isNews(now)) {
      this.#writing = this.#write(now).finally(() => (this.#writing = undefined));
    }
  }

  /** @returns undefined while what is known cannot be relied on */
  #now(): Written | undefined {
    const { feed, list, keys, lease } = this.#options;
    const freshAt = this.#clock() - lease.ageMs;
    if (!feed.isKnown || !list.isComplete || keys.current === undefined) return undefined;
    return Number.isFinite(freshAt) ? { ...feed.position, keys: keys.current, freshAt } : undefined;
  }

  #isNews({ epoch, position, keys, freshAt }: Written): boolean {
    const before = this.#written;
    return (
      before === undefined ||
      epoch !== before.epoch ||
      position !== before.position ||
      keys !== before.keys ||
      freshAt - before.freshAt >= FRESHER_MS
    );
  }

  async #write(now: Written): Promise<void> {
    const { file, list, log } = this.#options;
    const beganAt = performance.now();
    const { epoch, position, keys, freshAt } = now;
    // The list is read while it is written: it may hold more than the position says by then, and never less.
    const known: LastKnown = { epoch, position, freshAt, keySet: keys.toJwkSet(), revocations: list.parts() };
    try {
      await file.write(known);
      this.#written = now;
      this.#pauseUntil = performance.now() + Math.max(PAUSE_MS, PAUSE_SHARE * (performance.now() - beganAt));
    } catch (error) {
      this.#pauseUntil = performance.now() + FAILURE_PAUSE_MS;
      log.warn(
        { path: file.path, cause: String(error) },
        'what is known of the issuer cannot be written down',
      );
    }
  }
}
