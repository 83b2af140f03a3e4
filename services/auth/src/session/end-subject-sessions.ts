import type { EndSubjectSessionsRequest, EndSubjectSessionsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { Sql } from '@gatehouse/postgres';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import type { EndedSignIns } from './session-ends.js';

/**
 * Ends one session or token family of an account, or all of them, and revokes their access tokens. One that is
 * over already counts for nothing and is no error, so that a lost answer can be asked for again.
 *
 * @throws AppError ACCOUNT_UNKNOWN
 */
export async function endSubjectSessions(
  { database, accounts, sessionEnds, revocations, audit }: AuthContext,
  { subject, sessionId }: EndSubjectSessionsRequest,
  call: Call,
): Promise<EndSubjectSessionsResponse> {
  const origin = originOf(call);
  const endOne = async (tx: Sql): Promise<EndedSignIns> => {
    const row = await sessionEnds.end(tx, subject, sessionId);
    return row ? { count: 1, revocations: [{ kind: row.kind, key: row.id }] } : { count: 0, revocations: [] };
  };
  const endedCount = await database.transaction(async (tx) => {
    if (!(await accounts.lock(tx, subject))) return undefined;
    const ended = sessionId === '' ? await sessionEnds.endAll(tx, subject) : await endOne(tx);
    await revocations.append(tx, ended.revocations);
    await audit.append(tx, { origin, target: subject, outcome: 'OK' });
    return ended.count;
  });
  if (endedCount === undefined) {
    return audit.refuse(database.sql, origin, authReasons.ACCOUNT_UNKNOWN(), subject);
  }
  return { endedCount };
}
