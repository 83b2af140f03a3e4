import type { Database } from '@gatehouse/postgres';
import { Counter } from './counter.js';
import { GrowingDelay } from './growing-delay.js';
import { KnownAddressStore } from './known-address.store.js';
import { LimitKeys, networkOf } from './limit-keys.js';
import {
  addressPolicy,
  mailPolicy,
  signInPolicy,
  type AddressLimit,
  type AskedMail,
  type Delays,
  type Window,
} from './limit-policy.js';
import { RateLimitStore } from './rate-limit.store.js';
import { SignInAttempt, type SignInLimits } from './sign-in-attempt.js';
import { tooManyAttempts } from './too-many-attempts.js';

/** What {@link Limits} work with. */
export interface LimitsOptions {
  readonly database: Database;
  /** Makes the keys of accounts; the same in every replica. */
  readonly secret: Uint8Array;
  /** What every limit is multiplied with. */
  readonly scale: number;
}

/** All limits on what strangers may try, shared by the replicas and kept in the database: without it nobody passes. */
export class Limits {
  readonly store: RateLimitStore;
  readonly knownAddresses = new KnownAddressStore();
  readonly #keys: LimitKeys;
  readonly #signIn: SignInLimits;
  readonly #byAddress: ReadonlyMap<AddressLimit, Counter>;
  readonly #mail: Counter;

  constructor({ database, secret, scale }: LimitsOptions) {
    const store = new RateLimitStore(database);
    this.store = store;
    this.#keys = new LimitKeys(secret);
    const delay = (name: keyof typeof signInPolicy, delays: Delays) =>
      new GrowingDelay(store, `sign-in ${name}`, scaledDelays(delays, scale));
    const counter = (name: string, window: Window) => new Counter(store, name, scaledWindow(window, scale));
    this.#signIn = {
      pair: delay('pair', signInPolicy.pair),
      account: delay('account', signInPolicy.account),
      address: counter('sign-in address', signInPolicy.address),
      everyone: counter('sign-in everyone', signInPolicy.everyone),
      read: (rows) => store.read(rows),
      isKnown: (pair) => this.knownAddresses.isKnown(database.sql, pair),
      remember: (sql, pair, accountId) => this.knownAddresses.remember(sql, pair, accountId),
    };
    const names = Object.keys(addressPolicy) as AddressLimit[];
    this.#byAddress = new Map(names.map((name) => [name, counter(name, addressPolicy[name])]));
    this.#mail = counter('mail', mailPolicy);
  }

  /** One try of a password of an account, known or not, from an address. */
  signIn(email: string, clientAddress: string): SignInAttempt {
    const account = this.#keys.ofAccount(email);
    const pair = this.#keys.ofPair(email, clientAddress);
    return new SignInAttempt(this.#signIn, { account, pair, address: networkOf(clientAddress) });
  }

  /**
   * Counts what an address does.
   *
   * @throws AppError TOO_MANY_ATTEMPTS when that is too much, DATABASE_UNAVAILABLE
   */
  async count(limit: AddressLimit, clientAddress: string): Promise<void> {
    const waitMs = (await this.#byAddress.get(limit)?.take(networkOf(clientAddress))) ?? 0;
    if (waitMs > 0) throw tooManyAttempts(waitMs);
  }

  /**
   * Counts a mail to an account. Each kind counts for itself: who registers an address again and again keeps no code
   * that sets a password from its reader.
   *
   * @returns whether it may still be sent
   */
  async mayMail(kind: AskedMail, email: string): Promise<boolean> {
    return (await this.#mail.take(`${kind} ${this.#keys.ofAccount(email)}`)) === 0;
  }
}

const scaled = (points: number, scale: number) => Math.max(1, Math.round(points * scale));

function scaledWindow({ points, windowSeconds }: Window, scale: number): Window {
  return { points: scaled(points, scale), windowSeconds };
}

function scaledDelays({ free, closesAt, windowSeconds }: Delays, scale: number): Delays {
  const closes = closesAt === undefined ? {} : { closesAt: scaled(closesAt, scale) };
  return { free: scaled(free, scale), ...closes, windowSeconds };
}
