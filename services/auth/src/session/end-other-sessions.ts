import type { EndOtherSessionsRequest, EndOtherSessionsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';

/** Ends every session and token family of the caller but the one that asks, and revokes their access tokens. */
export async function endOtherSessions(
  { database, accounts, sessionEnds, revocations, audit }: AuthContext,
  _: EndOtherSessionsRequest,
  call: Call,
): Promise<EndOtherSessionsResponse> {
  const { subject, sessionId } = call.principal;
  return database.transaction(async (tx) => {
    await accounts.lock(tx, subject);
    const ended = await sessionEnds.endAll(tx, subject, sessionId);
    await revocations.append(tx, ended.revocations);
    await audit.append(tx, { origin: originOf(call), target: subject, outcome: 'OK' });
    return { endedCount: ended.count };
  });
}
