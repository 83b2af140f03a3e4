import type { Sql } from '@gatehouse/postgres';
import type { AuthContext } from '../auth-context.js';
import { revokeSubject } from './revoke-subject.js';

/**
 * Ends every sign-in of an account and every grant, and revokes every access token that was issued for it, those of
 * API keys included. For the transaction of the cause, which holds the account's lock.
 */
export async function endSignIns(context: AuthContext, tx: Sql, accountId: string): Promise<void> {
  const { revocations } = await context.sessionEnds.endAll(tx, accountId);
  await context.grants.endAll(tx, accountId);
  await context.revocations.append(tx, [...revocations, await revokeSubject(context, tx, accountId)]);
}
