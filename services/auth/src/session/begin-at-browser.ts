import { sessionCookie } from '@gatehouse/session-cookie';
import type { AuthContext } from '../auth-context.js';
import type { Visit } from '../web/visit.js';
import type { BegunSession } from './begin-session.js';
import { currentSession } from './current-session.js';
import { endCurrentSession } from './end-current-session.js';

/** Gives a browser its session, and ends the one that it had: nobody holds the cookie of that any more. */
export async function beginAtBrowser(
  context: AuthContext,
  visit: Visit,
  { row, secret }: BegunSession,
): Promise<void> {
  const before = await currentSession(context, visit);
  if (before) await endCurrentSession(context, before, visit.caller('EndSession'));
  const seconds = (row.expireTime.getTime() - Date.now()) / 1_000;
  visit.response.setHeader('set-cookie', sessionCookie(secret.text, seconds));
}
