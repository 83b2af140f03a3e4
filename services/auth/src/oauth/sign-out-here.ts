import Provider, { type KoaContextWithOIDC } from 'oidc-provider';
import { endedSessionCookie } from '@gatehouse/session-cookie';
import type { AuthContext } from '../auth-context.js';
import { currentSession } from '../session/current-session.js';
import { endCurrentSession } from '../session/end-current-session.js';
import { telling } from './oauth-fault.js';
import { currentVisit } from './visit-context.js';

/**
 * Has whoever signs out by a client be signed out here, before the library forgets the browser: when that fails they are
 * still signed in at both, are told so, and can confirm it again.
 */
export function signOutHere({ Session: { prototype } }: Provider, context: AuthContext): void {
  const forget = prototype.destroy;
  prototype.destroy = async function () {
    const { ctx } = Provider;
    if (ctx?.oidc.route === 'end_session_confirm') await telling(() => endSessions(context, ctx));
    await forget.call(this);
  };
}

/**
 * Ends the session of the browser. What the browser was to the client stands on a session that ends as well, should the
 * browser have lost the cookie of that.
 */
async function endSessions(context: AuthContext, ctx: KoaContextWithOIDC): Promise<void> {
  const visit = currentVisit();
  const stoodOn = await context.artifacts.sessionOf('Session', ctx.oidc.session?.uid ?? '');
  for (const session of [await currentSession(context, visit), stoodOn])
    if (session) await endCurrentSession(context, session, visit.caller('EndSession'));
  ctx.append('set-cookie', endedSessionCookie);
}
