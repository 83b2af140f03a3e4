const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How often something may happen: `points` times from its first time until the window is over. */
export interface Window {
  readonly points: number;
  readonly windowSeconds: number;
}

/** How failures make the next attempt wait. */
export interface Delays {
  /** Failures that cost nothing. The last of them, and each one after it, makes the next attempt wait. */
  readonly free: number;
  /** Failures after which there is no next attempt until the window is over. */
  readonly closesAt?: number;
  /** Seconds from the first failure until all of them are forgotten. */
  readonly windowSeconds: number;
}

/** The wait after the last failure that was free, in seconds; each further failure doubles it. */
export const FIRST_DELAY_SECONDS = 1;

/** No wait of {@link Delays} is longer, in seconds, but for an account that is closed. */
export const LONGEST_DELAY_SECONDS = 15 * MINUTE;

/** How long an address stays one of an account's own after a sign-in there, in days. */
export const KNOWN_ADDRESS_DAYS = 30;

/**
 * How many wrong passwords are heard. At an address where the account has signed in before, the first line alone
 * counts, so that no stranger elsewhere can lock anyone out. 100 is the bound of NIST SP 800-63B-4, section 3.2.2.
 */
export const signInPolicy = {
  /** One account from one address. A sign-in forgets them. */
  pair: { free: 5, windowSeconds: DAY },
  /** One account from all addresses that are not its own. */
  account: { free: 20, closesAt: 100, windowSeconds: DAY },
  /** One address, for all accounts. */
  address: { points: 100, windowSeconds: 15 * MINUTE },
  /** Everyone. */
  everyone: { points: 3_000, windowSeconds: MINUTE },
} as const satisfies Record<string, Delays | Window>;

/** How often one address may do other things that need no sign-in. */
export const addressPolicy = {
  /** Accounts that are asked for, by Register and by identities that have none. */
  register: { points: 300, windowSeconds: 10 * MINUTE },
  /** Browsers that are sent to an identity provider. */
  beginLogin: { points: 300, windowSeconds: 10 * MINUTE },
  /** Calls of RequestPasswordReset. */
  resetRequest: { points: 30, windowSeconds: HOUR },
  /** Refresh tokens, sessions, API keys and codes that nobody was given; good ones are heard all the same. */
  unknownCredential: { points: 300, windowSeconds: 5 * MINUTE },
  /** Wrong secrets of clients; right ones are heard all the same. */
  unknownClient: { points: 60, windowSeconds: 5 * MINUTE },
  /** Codes of devices, right or wrong: each has 25,600,000,000 values and lives for ten minutes. */
  userCode: { points: 30, windowSeconds: 10 * MINUTE },
} as const satisfies Record<string, Window>;

/** The mails that anybody could have asked for: codes that set a password, and what there is to say of an address. */
export type AskedMail = 'password_reset' | 'address';

/** Mails of one such kind to one account; more are not sent, and nobody is told. */
export const mailPolicy = { points: 3, windowSeconds: HOUR } as const satisfies Window;

/** A limit of {@link addressPolicy}. */
export type AddressLimit = keyof typeof addressPolicy;
