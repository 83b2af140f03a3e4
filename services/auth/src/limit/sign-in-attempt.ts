import type { Sql } from '@gatehouse/postgres';
import type { Verdict } from '../password/passwords.js';
import type { Counter } from './counter.js';
import type { GrowingDelay } from './growing-delay.js';
import type { Counted } from './rate-limit.store.js';
import { tooManyAttempts } from './too-many-attempts.js';

/** What counts wrong passwords. */
export interface SignInLimits {
  readonly pair: GrowingDelay;
  readonly account: GrowingDelay;
  readonly address: Counter;
  readonly everyone: Counter;
  /** Reads what these rows have counted. */
  readonly read: (rows: readonly string[]) => Promise<ReadonlyMap<string, Counted>>;
  /** Whether an account has signed in at an address before. */
  readonly isKnown: (pair: string) => Promise<boolean>;
  readonly remember: (sql: Sql, pair: string, accountId: string) => Promise<void>;
}

/** Whom an attempt counts for. */
export interface SignInKeys {
  readonly account: string;
  readonly address: string;
  /** Both together. */
  readonly pair: string;
}

/** The row that counts everyone. */
const EVERYONE = 'all';

/** What an attempt finds before it. */
interface Standing {
  readonly counted: ReadonlyMap<string, Counted>;
  readonly isKnown: boolean;
}

/** One try of a password, for an account that may not exist: limits and answers are the same then. */
export class SignInAttempt {
  constructor(
    private readonly limits: SignInLimits,
    private readonly keys: SignInKeys,
  ) {}

  /**
   * Refuses what is over a limit before it costs anything.
   *
   * @throws AppError TOO_MANY_ATTEMPTS, DATABASE_UNAVAILABLE
   */
  async requireAllowed(): Promise<void> {
    await this.#standing();
  }

  /**
   * Compares the password and counts a failure. Runs in its turn among the few comparisons that a replica makes at
   * once and looks at the limits again, so that of a burst no more get through than run at the same moment.
   *
   * @throws AppError TOO_MANY_ATTEMPTS, DATABASE_UNAVAILABLE
   */
  async judge(compare: () => Promise<Verdict>): Promise<Verdict> {
    const { pair, account } = this.limits;
    const { counted, isKnown } = await this.#standing();
    await pair.enter(counted, this.keys.pair);
    if (!isKnown) await account.enter(counted, this.keys.account);
    const verdict = await compare();
    if (!verdict.matches) await this.#fail(isKnown);
    else await pair.forget(counted, this.keys.pair);
    return verdict;
  }

  /** Makes the address one of the account's own. */
  async remember(sql: Sql, accountId: string): Promise<void> {
    await this.limits.remember(sql, this.keys.pair, accountId);
  }

  async #fail(isKnown: boolean): Promise<void> {
    const { pair, account, address, everyone } = this.limits;
    const elsewhere = isKnown ? [] : [account.fail(this.keys.account)];
    await Promise.all([
      pair.fail(this.keys.pair),
      ...elsewhere,
      address.add(this.keys.address),
      everyone.add(EVERYONE),
    ]);
  }

  async #standing(): Promise<Standing> {
    const { pair, account, address, everyone, read, isKnown } = this.limits;
    const keys = this.keys;
    const rows = [
      ...pair.rowsOf(keys.pair),
      ...account.rowsOf(keys.account),
      address.rowOf(keys.address),
      everyone.rowOf(EVERYONE),
    ];
    const [counted, known] = await Promise.all([read(rows), isKnown(keys.pair)]);
    const elsewhere = [
      account.waitMs(counted, keys.account),
      address.waitMs(counted, keys.address),
      everyone.waitMs(counted, EVERYONE),
    ];
    const waitMs = Math.max(pair.waitMs(counted, keys.pair), ...(known ? [] : elsewhere));
    if (waitMs > 0) throw tooManyAttempts(waitMs);
    return { counted, isKnown: known };
  }
}
