import type { Sql } from '@gatehouse/postgres';
import type { AuthContext } from '../auth-context.js';

/**
 * Ends every sign-in of an account and revokes every access token that was issued for it, those of API keys
 * included. For the transaction of the cause, which holds the account's lock.
 */
export async function endSignIns(
  { accounts, sessions, revocations }: AuthContext,
  tx: Sql,
  accountId: string,
): Promise<void> {
  const ended = await sessions.endAll(tx, accountId);
  const notBefore = await accounts.setNotBefore(tx, accountId);
  await revocations.append(tx, [...ended, { kind: 'subject', key: accountId, notBefore }]);
}
