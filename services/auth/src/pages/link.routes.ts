import { AppError } from '@gatehouse/errors';
import { httpStatusOf } from '@gatehouse/transcoding';
import type { AuthContext } from '../auth-context.js';
import { confirmLink, findLink } from '../login-flow/confirm-link.js';
import { browserOf } from '../login-flow/flow-cookie.js';
import type { OpenLink } from '../login-flow/login-flow.store.js';
import { beginAtBrowser } from '../session/begin-at-browser.js';
import { currentSession } from '../session/current-session.js';
import { FORGIVEN } from '../session/sign-in-form.js';
import { readForm } from '../web/read-form.js';
import { requireOwnPage } from '../web/require-own-page.js';
import type { WebRoute } from '../web/routes.js';
import type { Visit } from '../web/visit.js';
import { sentenceOf, setRetryAfter } from './failure-page.js';
import { html, type Html } from './html.js';
import type { Page } from './layout.js';
import { sendOn, sendPage } from './send-page.js';

/** Where a person says whether an identity is to sign in to an account. */
export const LINK_PATH = '/account/link';

/** The question that follows a login that finds no account by itself, or that was begun to link one. */
export function linkRoutes(context: AuthContext): readonly WebRoute[] {
  return [
    { method: 'GET', path: LINK_PATH, handle: (visit) => showQuestion(context, visit) },
    { method: 'POST', path: LINK_PATH, handle: (visit) => takeConsent(context, visit) },
  ];
}

async function showQuestion(context: AuthContext, visit: Visit): Promise<void> {
  const browser = browserOf(visit.request.headers.cookie);
  const link = await findLink(context, { flowId: visit.query.get('flow') ?? '', browser });
  sendPage(visit, linkPage(context, link));
}

/** @throws AppError FOREIGN_FORM, FORM_MALFORMED, and those of {@link confirmLink} */
async function takeConsent(context: AuthContext, visit: Visit): Promise<void> {
  const { request } = visit;
  requireOwnPage(request, context.webOrigin);
  const form = await readForm(request);
  const browser = browserOf(request.headers.cookie);
  const question = { flowId: form.get('flow') ?? '', browser };
  const link = await findLink(context, question);
  const sessionId = (await currentSession(context, visit))?.sessionId;
  const consent = { ...question, sessionId, password: form.get('password') ?? '' };
  try {
    const { session, returnPath } = await confirmLink(context, consent, visit.caller('CreateSession'));
    if (session) await beginAtBrowser(context, visit, session);
    sendOn(visit, returnPath);
  } catch (error) {
    if (!(error instanceof AppError) || !FORGIVEN.has(error.reason)) throw error;
    visit.reason = error.logReason ?? error.reason;
    setRetryAfter(visit, error);
    sendPage(visit, linkPage(context, link, sentenceOf(error)), { status: httpStatusOf(error.code) });
  }
}

function linkPage({ providers }: AuthContext, link: OpenLink, fault?: string): Page {
  const provider = providers.get(link.provider)?.displayName ?? link.provider;
  const who = html`<dl>
    <dt>At ${provider}</dt>
    <dd>${[link.displayName, link.email].filter((text) => text).join(', ') || link.subject}</dd>
    <dt>Here</dt>
    <dd>${link.accountEmail}</dd>
  </dl>`;
  const title = `Link ${provider} to your account`;
  return {
    title,
    body: link.sessionId === null ? passwordForm(link, provider, who, fault) : linkForm(link, who),
  };
}

function linkForm({ id }: OpenLink, who: Html): Html {
  return html`<p>From then on whoever signs in there as this person signs in to your account here.</p>
    ${who}
    <form method="post" action="${LINK_PATH}">
      <input type="hidden" name="flow" value="${id}" />
      <div class="actions">
        <button class="main">Link</button><a class="button" href="/account/identities">Cancel</a>
      </div>
    </form>`;
}

function passwordForm({ id }: OpenLink, provider: string, who: Html, fault: string | undefined): Html {
  return html`<p>
      There is an account with your address. Show that it is yours, and ${provider} signs you in from now on.
    </p>
    ${fault === undefined ? undefined : html`<p class="alert" id="fault" role="alert">${fault}</p>`} ${who}
    <form method="post" action="${LINK_PATH}">
      <input type="hidden" name="flow" value="${id}" />
      <label for="password">Password of the account</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
        maxlength="256"
        ${fault === undefined ? undefined : html` aria-describedby="fault"`}
        autofocus
      />
      <div class="actions wide"><button class="main">Sign in and link</button></div>
    </form>
    <p class="soft">
      Does it have none, or do you sign in another way? <a href="/login">Do that</a>, and link ${provider} in
      your account.
    </p>`;
}
