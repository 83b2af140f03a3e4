import type { Sql } from '@gatehouse/postgres';
import type { AuthContext } from '../auth-context.js';
import type { NewRevocation } from '../revocation/revocation.store.js';

/**
 * Ends every access token that was issued for an account, whatever it descends from. For the transaction of the cause,
 * which holds the account's lock.
 *
 * @returns the revocation that says so, to be appended
 */
export async function revokeSubject(
  { accounts, revocations }: Pick<AuthContext, 'accounts' | 'revocations'>,
  tx: Sql,
  accountId: string,
): Promise<NewRevocation> {
  // Of subjects the account itself knows its own.
  const moment = await revocations.moment(tx, ['client', 'everything']);
  const notBefore = await accounts.setNotBefore(tx, accountId, moment);
  return { kind: 'subject', key: accountId, notBefore };
}
