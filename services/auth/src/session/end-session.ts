import type { EndSessionRequest, EndSessionResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { toSession } from './to-session.js';

/** Names the session that asks. */
const CURRENT = 'current';

/**
 * Ends one of the caller's sessions or token families and revokes its access tokens.
 *
 * @throws AppError SESSION_UNKNOWN, also for another's
 */
export async function endSession(
  { database, sessionEnds, revocations, audit }: AuthContext,
  request: EndSessionRequest,
  call: Call,
): Promise<EndSessionResponse> {
  const origin = originOf(call);
  const { subject, sessionId: currentId } = call.principal;
  const id = request.sessionId === CURRENT ? currentId : request.sessionId;
  const ended = await database.transaction(async (tx) => {
    const row = id === undefined ? undefined : await sessionEnds.end(tx, subject, id);
    if (!row) return undefined;
    await revocations.append(tx, [{ kind: row.kind, key: row.id }]);
    await audit.append(tx, { origin, target: subject, outcome: 'OK' });
    return row;
  });
  if (!ended) return audit.refuse(database.sql, origin, authReasons.SESSION_UNKNOWN(), subject);
  const session = toSession(ended, currentId);
  return session.current ? { session, sessionSecret: '' } : { session };
}
