import type { RevokeApiKeyRequest, RevokeApiKeyResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';

/**
 * Revokes a key and its access tokens. One that is revoked already is no error.
 *
 * @throws AppError API_KEY_UNKNOWN, also for another's
 */
export async function revokeApiKey(
  { database, accounts, apiKeys, revocations, audit }: AuthContext,
  { id }: RevokeApiKeyRequest,
  call: Call,
): Promise<RevokeApiKeyResponse> {
  const origin = originOf(call);
  const { subject } = call.principal;
  const refusal = await database.transaction(async (tx) => {
    // An exchange that has begun ends before this; one that begins later finds the key revoked.
    await accounts.lock(tx, subject);
    if (!(await apiKeys.find(tx, subject, id))) return authReasons.API_KEY_UNKNOWN();
    if (await apiKeys.revoke(tx, id)) await revocations.append(tx, [{ kind: 'api_key', key: id }]);
    await audit.append(tx, { origin, target: id, outcome: 'OK' });
    return undefined;
  });
  return refusal ? audit.refuse(database.sql, origin, refusal, id) : {};
}
