import { AppError } from '@gatehouse/errors';
import type { AuthContext } from '../auth-context.js';
import { beginLogin } from '../login-flow/begin-login.js';
import { finishLogin, type LoginOutcome } from '../login-flow/finish-login.js';
import { browserOf, flowCookie } from '../login-flow/flow-cookie.js';
import { beginAtBrowser } from '../session/begin-at-browser.js';
import { currentSession } from '../session/current-session.js';
import type { WebRoute } from '../web/routes.js';
import type { Visit } from '../web/visit.js';
import { sendFailure } from './failure-page.js';
import { html } from './html.js';
import { LINK_PATH } from './link.routes.js';
import { ACCOUNT_PATH, ANEW, loginPath, nextPath } from './next-path.js';
import { sendOn, sendPage } from './send-page.js';
import { VERIFY_PATH } from './verify-address.routes.js';

/** The way to identity providers and back. */
export function providerLoginRoutes(context: AuthContext): readonly WebRoute[] {
  const orAnother = (handle: WebRoute['handle']) => (visit: Visit, provider: string) =>
    offerAnotherWay(visit, async () => handle(visit, provider));
  return [
    {
      method: 'GET',
      path: '/login/:provider',
      handle: orAnother((visit, provider) => sendToProvider(context, visit, provider)),
    },
    {
      method: 'GET',
      path: '/login/callback/:provider',
      handle: orAnother((visit, provider) => takeAnswer(context, visit, provider)),
    },
  ];
}

async function sendToProvider(context: AuthContext, visit: Visit, provider: string): Promise<void> {
  const { query, request, response } = visit;
  const login = {
    provider,
    returnPath: nextPath(query.get('next')),
    anew: query.has(ANEW),
    ticket: query.get('ticket') ?? undefined,
    browser: browserOf(request.headers.cookie),
    sessionId: (await currentSession(context, visit))?.sessionId,
  };
  const { url, browser } = await beginLogin(context, login, visit.caller('BeginLogin'));
  response.setHeader('set-cookie', flowCookie(browser));
  sendOn(visit, url.href);
}

async function takeAnswer(context: AuthContext, visit: Visit, provider: string): Promise<void> {
  const answer = { provider, parameters: visit.query, browser: browserOf(visit.request.headers.cookie) };
  const outcome = await finishLogin(context, answer, visit.caller('SignInWithProvider'));
  if (outcome.kind === 'signed_in') await beginAtBrowser(context, visit, outcome.session);
  sendOutcome(visit, outcome);
}

function sendOutcome(visit: Visit, outcome: LoginOutcome): void {
  switch (outcome.kind) {
    case 'to_confirm':
      return sendOn(visit, `${LINK_PATH}?${new URLSearchParams({ flow: outcome.flowId }).toString()}`);
    case 'mailed':
      return sendOn(visit, VERIFY_PATH);
    case 'signed_in':
    case 'linked':
      return sendOver(visit, outcome.returnPath);
  }
}

/**
 * Sends the browser on by a page of ours: with what follows a redirect of another site it would not send the session
 * cookie, which is `SameSite=Strict`.
 */
function sendOver(visit: Visit, next: string): void {
  const body = html`<p>One moment. If nothing happens, <a href="${next}">go on</a>.</p>`;
  sendPage(visit, { title: 'You are signed in', body, next });
}

/** Whatever a provider failed for, the other ways to sign in are still there. */
async function offerAnotherWay(visit: Visit, handle: () => Promise<void>): Promise<void> {
  try {
    await handle();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const more = html`<p><a href="${loginPath(ACCOUNT_PATH)}">Begin again, or sign in another way</a></p>`;
    sendFailure(visit, error, more);
  }
}
