import { sessionCookie } from '@gatehouse/session-cookie';
import type { AuthContext } from '../auth-context.js';
import type { Visit } from '../web/visit.js';
import type { BegunSession } from './begin-session.js';
import { currentSession } from './current-session.js';
import { endCurrentSession, type BrowserSession } from './end-current-session.js';
import type { SessionEnds } from './session-ends.js';

/**
 * Gives a browser its session, and ends the one that it had: nobody holds the cookie of that any more. Who has signed in
 * again is still signed in to the clients; whoever is somebody else never was.
 *
 * @param left the session that it had when it left for another site, which it comes back from without the cookie
 */
export async function beginAtBrowser(
  context: AuthContext,
  visit: Visit,
  { row, secret }: BegunSession,
  left?: BrowserSession,
): Promise<void> {
  const before = (await currentSession(context, visit)) ?? left;
  if (before)
    await endCurrentSession(context, before, visit.caller('EndSession'), replacedBy(context, row.id));
  const seconds = (row.expireTime.getTime() - Date.now()) / 1_000;
  visit.response.setHeader('set-cookie', sessionCookie(secret.text, seconds));
}

/** Ends a session whose place another one takes. */
function replacedBy({ artifacts, sessionEnds }: AuthContext, id: string): Pick<SessionEnds, 'end'> {
  return {
    end: async (tx, accountId, replacedId) => {
      await artifacts.moveToSession(tx, replacedId, id);
      return sessionEnds.end(tx, accountId, replacedId);
    },
  };
}
