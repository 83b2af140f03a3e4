import { RevocationKind, type Revocation } from '@gatehouse/contracts/auth';

/** What can be revoked, as the database names it. */
export const REVOCATION_KINDS = {
  token: RevocationKind.TOKEN,
  session: RevocationKind.SESSION,
  family: RevocationKind.FAMILY,
  api_key: RevocationKind.API_KEY,
  grant: RevocationKind.GRANT,
  subject: RevocationKind.SUBJECT,
  client: RevocationKind.CLIENT,
  signing_key: RevocationKind.SIGNING_KEY,
  everything: RevocationKind.EVERYTHING,
} as const;

/** The name of a kind in the database. */
export type RevocationKindName = keyof typeof REVOCATION_KINDS;

/** A revocation that access tokens may still be refused by. */
export interface LiveRevocation {
  readonly seq: bigint;
  /** The transaction that wrote it. */
  readonly xid: bigint;
  readonly kind: RevocationKindName;
  /** Empty for everything. */
  readonly key: string;
  /** Seconds since the epoch, for the kinds that reach back; undefined refuses all. */
  readonly notBefore: number | undefined;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** When it was written, by this process's `performance.now()`; never later than it was. */
  readonly writtenAt: number;
  /** Whether somebody waits until it is enforced. */
  readonly awaited: boolean;
}

/** A revocation as the contract says it. */
export function toMessage({ kind, key, notBefore, expiresAt }: LiveRevocation): Revocation {
  return {
    kind: REVOCATION_KINDS[kind],
    key,
    notBefore: BigInt(notBefore ?? 0),
    expiresAt: BigInt(expiresAt),
  };
}

/**
 * When the oldest of them was written, by `performance.now()`.
 *
 * @param since leaves out what was written before
 * @returns undefined when there is none
 */
export function oldestWriting(revocations: readonly LiveRevocation[], since = -Infinity): number | undefined {
  let oldest: number | undefined;
  for (const { writtenAt } of revocations) {
    if (writtenAt >= since && (oldest === undefined || writtenAt < oldest)) oldest = writtenAt;
  }
  return oldest;
}
