import { hash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { parseApiKey } from '@gatehouse/api-key';
import { AppError, platformReasons } from '@gatehouse/errors';
import type { UpstreamCall } from '../upstream/upstream.js';
import { RecentMap } from './recent-map.js';
import { isSessionSecret } from '@gatehouse/session-cookie';
import type { ExchangeableCredential, TokenExchange } from './token-exchange.js';

/** The request that presents a credential. */
export interface PresentedBy {
  /** The client's address: an API key may be good from some addresses alone. */
  readonly clientAddress: string;
  /** What goes with an exchange, asked for when there is one. */
  metadata(): UpstreamCall['metadata'];
}

/** An access token that stands for a credential. */
export interface HeldToken {
  readonly accessToken: string;
  /** What it is found by: a hash, never the secret. */
  readonly key: string;
}

interface Entry extends HeldToken {
  /** Milliseconds on the clock that never steps, like `expiresAt`. */
  renewAt: number;
  readonly expiresAt: number;
}

/** What the access tokens are kept with. */
export interface ExchangedTokensOptions {
  readonly exchange: TokenExchange;
  /** Most access tokens kept. */
  readonly maxEntries?: number;
  /** Milliseconds on a clock that never steps. */
  readonly monotonic?: () => number;
  /** From 0 up to 1. */
  readonly random?: () => number;
}

/** Most access tokens kept unless told: as many as the verifier remembers. A kilobyte each. */
const MAX_ENTRIES = 10_000;

/** How long before its end an access token is replaced, in milliseconds, and how much that is spread. */
const RESERVE_MS = 30_000;
const JITTER_MS = 10_000;

/**
 * How long a refusal is remembered, in milliseconds: whoever repeats a bad credential costs auth one call a second
 * for each gateway, and whose account is let in again waits no longer than that.
 */
const REFUSED_MS = 1_000;

/** How soon a replacement that failed is asked for again, in milliseconds. */
const RETRY_MS = 1_000;

/**
 * The access tokens that credentials were exchanged for, until shortly before they expire. Requests that present
 * one credential at the same time share one exchange. An access token is replaced behind a request that could
 * still use it, so that no caller waits for it and none notices that auth is away until it has expired.
 */
export class ExchangedTokens {
  readonly #exchange: TokenExchange;
  readonly #monotonic: () => number;
  readonly #random: () => number;
  readonly #entries: RecentMap<Entry>;
  /** Until when a credential is refused without asking. */
  readonly #refused: RecentMap<number>;
  readonly #pending = new Map<string, Promise<Entry>>();

  constructor({ exchange, maxEntries = MAX_ENTRIES, monotonic, random }: ExchangedTokensOptions) {
    this.#exchange = exchange;
    this.#monotonic = monotonic ?? (() => performance.now());
    this.#random = random ?? Math.random;
    this.#entries = new RecentMap(maxEntries);
    this.#refused = new RecentMap(maxEntries);
  }

  /**
   * The access token of a credential. One whose text cannot be right is refused without a call.
   *
   * @throws AppError UNAUTHENTICATED for a credential that is not good, UNAVAILABLE when auth does not answer
   */
  async hold(credential: ExchangeableCredential, by: PresentedBy): Promise<HeldToken> {
    if (!isWellFormed(credential)) throw refused('CREDENTIAL_MALFORMED');
    const key = keyOf(credential, by.clientAddress);
    const now = this.#monotonic();
    const entry = this.#entries.get(key);
    if (entry !== undefined && now < entry.expiresAt) {
      if (now >= entry.renewAt) this.#renewBehind(entry, credential, by);
      return entry;
    }
    if (now < (this.#refused.get(key) ?? 0)) throw refused('CREDENTIAL_REFUSED_LATELY');
    return this.#renew(key, credential, by);
  }

  /** Drops an access token that is refused. The next request exchanges anew, not with an exchange begun before. */
  forget({ key, accessToken }: HeldToken): void {
    if (this.#entries.get(key)?.accessToken !== accessToken) return;
    this.#entries.delete(key);
    this.#pending.delete(key);
  }

  #renew(key: string, credential: ExchangeableCredential, by: PresentedBy): Promise<Entry> {
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    const renewal = this.#exchanged(key, credential, by).then(
      (entry) => {
        if (this.#settle(key, renewal)) this.#entries.set(key, entry);
        return entry;
      },
      (error: unknown) => {
        if (this.#settle(key, renewal) && isRefusal(error)) {
          this.#entries.delete(key);
          this.#refused.set(key, this.#monotonic() + REFUSED_MS);
        }
        throw error;
      },
    );
    this.#pending.set(key, renewal);
    return renewal;
  }

  /** Whether a renewal is still the one that counts; it counts no more. */
  #settle(key: string, renewal: Promise<Entry>): boolean {
    return this.#pending.get(key) === renewal && this.#pending.delete(key);
  }

  #renewBehind(entry: Entry, credential: ExchangeableCredential, by: PresentedBy): void {
    entry.renewAt = this.#monotonic() + RETRY_MS;
    // A refusal has dropped the entry, and an outage is nobody's concern yet.
    this.#renew(entry.key, credential, by).catch(() => undefined);
  }

  async #exchanged(key: string, credential: ExchangeableCredential, by: PresentedBy): Promise<Entry> {
    const asked = this.#monotonic(); // auth counts from a later moment
    const { accessToken, expiresIn } = await this.#exchange(credential, by.metadata());
    const lifetime = expiresIn * 1_000;
    const reserve = Math.min(RESERVE_MS + this.#random() * JITTER_MS, lifetime / 2);
    return { key, accessToken, renewAt: asked + lifetime - reserve, expiresAt: asked + lifetime };
  }
}

function keyOf({ form, secret }: ExchangeableCredential, clientAddress: string): string {
  const address = form === 'api_key' ? clientAddress : '';
  return hash('sha256', `${form} ${address} ${secret}`, 'base64');
}

/** A key that was mistyped is told by its checksum. */
function isWellFormed({ form, secret }: ExchangeableCredential): boolean {
  return form === 'session' ? isSessionSecret(secret) : parseApiKey(secret) !== undefined;
}

function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.code === status.UNAUTHENTICATED;
}

function refused(logReason: string): AppError {
  return platformReasons.UNAUTHENTICATED({ logReason });
}
