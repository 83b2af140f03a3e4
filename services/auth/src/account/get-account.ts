import type { Account, GetAccountRequest, GetAccountResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import type { AccountRow } from './account.store.js';

/** @throws AppError ACCOUNT_UNKNOWN when it was erased while its access token is still good */
export async function getAccount(
  { database, accounts }: AuthContext,
  _request: GetAccountRequest,
  { principal }: Call,
): Promise<GetAccountResponse> {
  const account = await accounts.find(database.sql, principal.subject);
  if (!account) throw authReasons.ACCOUNT_UNKNOWN();
  return { account: toAccount(account) };
}

/** The account as the contract shows it. */
export function toAccount({ roles, ...row }: AccountRow): Account {
  return { ...row, roles: [...roles] };
}
