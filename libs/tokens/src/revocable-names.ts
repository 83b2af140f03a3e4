import { tableKey, type TableKey } from './not-before-table.js';
import type { RevocableClaims } from './revocation.js';

/** What revocations speak of in an access token, as it is looked for: with every call that bears it. */
export interface RevocableNames {
  readonly tokenId: TableKey;
  readonly sessionId: TableKey | undefined;
  readonly subject: TableKey;
  readonly clientId: TableKey;
  readonly keyId: TableKey;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
}

/** Reads the names of an access token: once, where it is verified. */
export function revocableNames(claims: RevocableClaims): RevocableNames {
  const { tokenId, sessionId, subject, clientId, keyId, issuedAt } = claims;
  return {
    tokenId: tableKey(tokenId),
    sessionId: sessionId === undefined ? undefined : tableKey(sessionId),
    subject: tableKey(subject),
    clientId: tableKey(clientId),
    keyId: tableKey(keyId),
    issuedAt,
  };
}
