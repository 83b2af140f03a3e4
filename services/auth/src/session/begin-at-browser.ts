import { sessionCookie } from '@gatehouse/session-cookie';
import type { AuthContext } from '../auth-context.js';
import { browserOf } from '../login-flow/flow-cookie.js';
import { flowHash } from '../login-flow/flow-secrets.js';
import type { Visit } from '../web/visit.js';
import type { BegunSession } from './begin-session.js';
import { currentSession } from './current-session.js';
import { endCurrentSession, type BrowserSession } from './end-current-session.js';

/**
 * Gives a browser its session, and ends the one that it had: nobody holds the cookie of that any more. Who has signed in
 * again is still signed in to the clients; whoever is somebody else never was.
 */
export async function beginAtBrowser(
  context: AuthContext,
  visit: Visit,
  { row, secret }: BegunSession,
): Promise<void> {
  const current = await currentSession(context, visit);
  const left = await leftBehind(context, visit, row.id);
  const others = left.filter(({ sessionId }) => sessionId !== current?.sessionId);
  for (const before of [...(current ? [current] : []), ...others])
    await endCurrentSession(context, before, visit.caller('EndSession'), row.id);
  const seconds = (row.expireTime.getTime() - Date.now()) / 1_000;
  visit.response.setHeader('set-cookie', sessionCookie(secret.text, seconds));
}

/**
 * What a browser had while windows of it are at a provider. They come back from another site without the session cookie,
 * whatever window has begun a session meanwhile; from now on they take the place of this one.
 */
async function leftBehind(
  { database, loginFlows }: AuthContext,
  { request }: Visit,
  sessionId: string,
): Promise<readonly BrowserSession[]> {
  const browserHash = flowHash(browserOf(request.headers.cookie) ?? '');
  return browserHash ? loginFlows.replaceNext(database.sql, browserHash, sessionId) : [];
}
