import type { LogoutRequest, LogoutResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';

/** Ends the sign-in and revokes its access tokens. What is unknown or over already is no error. */
export async function logout(
  { database, families, refreshTokens, revocations, audit }: AuthContext,
  request: LogoutRequest,
  call: Call,
): Promise<LogoutResponse> {
  const origin = originOf(call);
  const family = await families.familyOf(database.sql, refreshTokens.presented(request.refreshToken).hash);
  if (!family) return {};
  const { familyId, accountId } = family;
  await database.transaction(async (tx) => {
    if (!(await families.end(tx, familyId))) return;
    await revocations.append(tx, [{ kind: 'family', key: familyId }]);
    await audit.append(tx, { origin, actor: accountId, target: accountId, outcome: 'OK' });
  });
  return {};
}
