import { NotBeforeTable, tableKey } from './not-before-table.js';
import type { RevocableNames } from './revocable-names.js';
import type { Revocation, RevocationKind, RevocationSource } from './revocation.js';

/** How much a {@link RevocationList} holds, and its clocks. */
export interface RevocationListOptions {
  /** Most revocations held; see {@link RevocationList.isComplete}. */
  readonly maxEntries?: number;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** A clock that never steps, in milliseconds. */
  readonly monotonic?: () => number;
}

/** After every moment that an access token can be issued at. */
const EVER = 2 ** 32 - 1;

/** How long a revocation is kept beyond its end, in seconds: longer than any clocks may differ. */
const MARGIN_SECONDS = 60;

/**
 * For how long at least a revocation is kept from when it came, in seconds: with the margin as long as an access token
 * that it speaks of can be good. By a clock that was ahead from the start it has expired before it comes.
 */
const KEEP_SECONDS = 300;

/** The kinds that reach back to a moment; the others refuse whatever bears the name. */
const REACHING_BACK: ReadonlySet<RevocationKind> = new Set(['subject', 'client', 'everything']);

/**
 * What is revoked, exactly: no access token is refused that nobody revoked. What was applied once holds until it
 * expires. Applying twice, or in another order, makes no difference.
 */
export class RevocationList implements RevocationSource {
  readonly #tokens = new NotBeforeTable();
  /** Sessions, families, API keys and grants: each is the `sid` of its access tokens, and no two share one. */
  readonly #sessions = new NotBeforeTable();
  readonly #subjects = new NotBeforeTable();
  readonly #clients = new NotBeforeTable();
  readonly #signingKeys = new NotBeforeTable();
  /** Each table once, by a kind that is kept in it. */
  readonly #tablesByKind: Readonly<Partial<Record<RevocationKind, NotBeforeTable>>> = {
    token: this.#tokens,
    session: this.#sessions,
    subject: this.#subjects,
    client: this.#clients,
    signing_key: this.#signingKeys,
  };
  readonly #tables = Object.values(this.#tablesByKind);
  readonly #byKind: Readonly<Record<Exclude<RevocationKind, 'everything'>, NotBeforeTable>> = {
    token: this.#tokens,
    session: this.#sessions,
    family: this.#sessions,
    api_key: this.#sessions,
    grant: this.#sessions,
    subject: this.#subjects,
    client: this.#clients,
    signing_key: this.#signingKeys,
  };
  readonly #listeners = new Set<() => void>();
  readonly #maxEntries: number;
  readonly #clock: () => number;
  readonly #monotonic: () => number;
  /** What the two clocks are apart, in milliseconds. */
  readonly #offsetMs: number;
  #everything = 0;
  #applied = 0;
  #isComplete = true;

  constructor(options: RevocationListOptions = {}) {
    this.#maxEntries = options.maxEntries ?? 1_000_000;
    this.#clock = options.clock ?? Date.now;
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#offsetMs = this.#clock() - this.#monotonic();
  }

  /** Revocations held, some of which may have expired; everything's own not counted. */
  get size(): number {
    return this.#tables.reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Whether all that was applied is held. False once there was no room for a revocation: it is for whoever feeds
   * the list to say that what it knows cannot be relied on, and to begin again.
   */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  get applied(): number {
    return this.#applied;
  }

  /** Told before all of the history is applied anew: whether there is room for it will show again. */
  beginAnew(): void {
    this.#isComplete = true;
  }

  /** Enforces revocations from now on. */
  apply(revocations: Iterable<Revocation>): void {
    try {
      this.#hold(revocations);
    } finally {
      // What came before a fault holds as well.
      this.#applied++;
    }
    for (const listener of this.#listeners) listener();
  }

  #hold(revocations: Iterable<Revocation>): void {
    const now = this.#now();
    let room = this.#maxEntries - this.size;
    let swept = false;
    for (const { kind, key: name, notBefore, expiresAt } of revocations) {
      if (kind === 'everything') {
        this.#everything = Math.max(this.#everything, notBefore);
        continue;
      }
      const table = this.#byKind[kind];
      if (room <= 0 && !swept) {
        for (const each of this.#tables) each.sweepAll(now - MARGIN_SECONDS);
        swept = true;
        room = this.#maxEntries - this.size;
      }
      const key = tableKey(name);
      if (room <= 0 && table.find(key) === undefined) {
        this.#isComplete = false;
        continue;
      }
      const before = table.size;
      const end = Math.max(expiresAt, now + KEEP_SECONDS);
      table.put(key, REACHING_BACK.has(kind) ? seconds(notBefore) : EVER, seconds(end));
      room -= table.size - before;
    }
  }

  /**
   * All that is held, a part at a time, as another list can apply it: with that it refuses what this one does. What is
   * applied between two parts may be left out. A family, an API key or a grant comes as the session that it is refused by.
   */
  *parts(): Generator<readonly Revocation[]> {
    for (const [kind, table] of Object.entries(this.#tablesByKind)) {
      for (const part of table.parts())
        yield part.map((entry) => ({ kind: kind as RevocationKind, ...entry }));
    }
    if (this.#everything > 0) {
      yield [{ kind: 'everything', key: '', notBefore: this.#everything, expiresAt: EVER }];
    }
  }

  /**
   * Whether an access token with these names is revoked: it is when it was issued up to the latest of all moments
   * that speak of it. A general moment never overrules a particular one, nor the other way round.
   */
  isRevoked({ tokenId, sessionId, subject, clientId, keyId, issuedAt }: RevocableNames): boolean {
    return (
      issuedAt <= this.#everything ||
      reaches(this.#tokens.find(tokenId), issuedAt) ||
      (sessionId !== undefined && reaches(this.#sessions.find(sessionId), issuedAt)) ||
      reaches(this.#subjects.find(subject), issuedAt) ||
      reaches(this.#clients.find(clientId), issuedAt) ||
      reaches(this.#signingKeys.find(keyId), issuedAt)
    );
  }

  onApplied(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Forgets a small part of what has expired. Called each second it keeps the list small. */
  sweep(): void {
    const before = this.#now() - MARGIN_SECONDS;
    for (const table of this.#tables) table.sweep(before);
  }

  /**
   * Seconds since the epoch. A clock that is set forward by mistake must not make the list forget: it would not
   * remember when the clock is set back.
   */
  #now(): number {
    return Math.min(this.#clock(), this.#monotonic() + this.#offsetMs) / 1_000;
  }
}

/** Whether a moment that speaks of an access token reaches the one when it was issued. */
function reaches(notBefore: number | undefined, issuedAt: number): boolean {
  return notBefore !== undefined && issuedAt <= notBefore;
}

/** As the tables keep times: whole, never 0, and up to the year 2106. */
function seconds(value: number): number {
  return Math.min(Math.max(Math.ceil(value), 1), EVER);
}
