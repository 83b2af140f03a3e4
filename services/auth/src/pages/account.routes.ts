import { endedSessionCookie } from '@gatehouse/session-cookie';
import type { AuthContext } from '../auth-context.js';
import { IDENTITIES_PATH } from '../login-flow/ask-for-link.js';
import { currentSession } from '../session/current-session.js';
import { endCurrentSession } from '../session/end-current-session.js';
import { readForm } from '../web/read-form.js';
import { requireOwnPage } from '../web/require-own-page.js';
import type { WebRoute } from '../web/routes.js';
import type { Visit } from '../web/visit.js';
import { html } from './html.js';
import { ACCOUNT_PATH, ANEW, loginPath, nextPath } from './next-path.js';
import { sendOn, sendPage } from './send-page.js';

/** The pages of whoever is signed in. */
export function accountRoutes(context: AuthContext): readonly WebRoute[] {
  return [
    { method: 'GET', path: ACCOUNT_PATH, handle: (visit) => showAccount(context, visit) },
    { method: 'POST', path: '/account/sign-out', handle: (visit) => signOut(context, visit) },
  ];
}

async function showAccount(context: AuthContext, visit: Visit): Promise<void> {
  const signedIn = await currentSession(context, visit);
  if (!signedIn) return sendOn(visit, loginPath(ACCOUNT_PATH));
  const since = new Date(signedIn.beganAt * 1_000).toISOString();
  const body = html`<dl>
      <dt>Signed in as</dt>
      <dd>${signedIn.email}</dd>
      <dt>Since</dt>
      <dd><time datetime="${since}">${since.slice(0, 16).replace('T', ' ')} UTC</time></dd>
    </dl>
    <p><a href="${IDENTITIES_PATH}">Ways to sign in</a></p>
    <p><a href="/account/apps">Connected apps</a></p>
    <form method="post" action="/account/sign-out"><button>Sign out</button></form>`;
  sendPage(visit, { title: 'Your account', body });
}

/** @throws AppError FOREIGN_FORM, FORM_MALFORMED, DATABASE_UNAVAILABLE */
async function signOut(context: AuthContext, visit: Visit): Promise<void> {
  requireOwnPage(visit.request, context.webOrigin);
  const form = await readForm(visit.request);
  const signedIn = await currentSession(context, visit);
  if (signedIn) await endCurrentSession(context, signedIn, visit.caller('EndSession'));
  visit.response.setHeader('set-cookie', endedSessionCookie);
  sendOn(visit, loginPath(nextPath(form.get('next')), form.has(ANEW)));
}
