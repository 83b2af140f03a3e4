import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import type { SignedIn } from './session.store.js';

/** The session of a browser. */
export type BrowserSession = Pick<SignedIn, 'sessionId' | 'accountId'>;

/**
 * Ends the session of a browser and revokes its access tokens. One that has ended meanwhile is no error.
 *
 * @param successorId the session that takes its place
 */
export async function endCurrentSession(
  { database, sessionEnds, revocations, audit }: AuthContext,
  { accountId, sessionId }: BrowserSession,
  { origin }: Caller,
  successorId?: string,
): Promise<void> {
  await database.transaction(async (tx) => {
    const ended = await (successorId === undefined
      ? sessionEnds.end(tx, accountId, sessionId)
      : sessionEnds.replace(tx, accountId, sessionId, successorId));
    if (!ended) return;
    await revocations.append(tx, [{ kind: ended.kind, key: ended.id }]);
    await audit.append(tx, { origin, actor: accountId, target: accountId, outcome: 'OK' });
  });
}
