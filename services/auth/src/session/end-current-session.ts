import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import type { SessionEnds } from './session-ends.js';
import type { SignedIn } from './session.store.js';

/** The session of a browser. */
export type BrowserSession = Pick<SignedIn, 'sessionId' | 'accountId'>;

/**
 * Ends the session of a browser and revokes its access tokens. One that has ended meanwhile is no error.
 *
 * @param ends how, where another one takes its place
 */
export async function endCurrentSession(
  { database, sessionEnds, revocations, audit }: AuthContext,
  { accountId, sessionId }: BrowserSession,
  { origin }: Caller,
  ends: Pick<SessionEnds, 'end'> = sessionEnds,
): Promise<void> {
  await database.transaction(async (tx) => {
    const ended = await ends.end(tx, accountId, sessionId);
    if (!ended) return;
    await revocations.append(tx, [{ kind: ended.kind, key: ended.id }]);
    await audit.append(tx, { origin, actor: accountId, target: accountId, outcome: 'OK' });
  });
}
