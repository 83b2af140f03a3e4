import type { DisableClientRequest, DisableClientResponse } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { originOf, type Origin } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { grantRevocations } from '../grant/grant-revocations.js';
import { authReasons } from '../reasons.js';
import type { ClientRow } from './client-row.js';
import { toClient } from './to-client.js';

/** @throws AppError CLIENT_UNKNOWN */
export async function disableClient(
  context: AuthContext,
  { id }: DisableClientRequest,
  call: Call,
): Promise<DisableClientResponse> {
  return { client: toClient(await shutOut(context, id, originOf(call))) };
}

/**
 * Shuts a client out: it is nobody any more, its grants are over, and what it was issued up to now is refused. An issue
 * that is under way holds the client's lock before or after this does: it is revoked, or it is refused.
 */
export async function shutOut(
  { database, clients, grants, revocations, audit }: AuthContext,
  id: string,
  origin: Origin,
): Promise<ClientRow> {
  const row = await database.transaction(async (tx) => {
    const client = await clients.lock(tx, id);
    if (!client) return authReasons.CLIENT_UNKNOWN();
    if (await clients.disable(tx, id)) {
      const handedOn = await grants.endAllOfClient(tx, id);
      await revocations.append(tx, [
        { kind: 'client', key: id, notBefore: await revocations.moment(tx) },
        // What other clients hold of its grants bears their names.
        ...grantRevocations(handedOn),
      ]);
    }
    await audit.append(tx, { origin, target: id, outcome: 'OK' });
    return clients.lock(tx, id);
  });
  if (row === undefined || row instanceof AppError)
    return audit.refuse(database.sql, origin, row ?? authReasons.CLIENT_UNKNOWN(), id);
  return row;
}
