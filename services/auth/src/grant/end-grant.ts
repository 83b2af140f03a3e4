import type { Sql } from '@gatehouse/postgres';
import type { Origin } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';

/** Why a grant ends at nobody's word. */
export type GrantEnd = 'OK' | 'CODE_REUSED' | 'REFRESH_TOKEN_REUSED';

/**
 * Ends a grant with everything that descends from it, in a transaction of the caller's. An issue that is under way
 * holds the grant's lock before or after this does: it is revoked, or it is refused.
 *
 * @returns whether it had not ended before
 */
export async function endGrant(
  { grants, revocations, audit }: AuthContext,
  tx: Sql,
  id: string,
  origin: Origin,
  outcome: GrantEnd = 'OK',
): Promise<boolean> {
  const ended = await grants.end(tx, id);
  if (!ended) return false;
  await revocations.append(tx, [{ kind: 'grant', key: id }]);
  await audit.append(tx, { origin, target: ended.accountId, actor: origin.actor ?? ended.clientId, outcome });
  return true;
}
