import { AppError } from '@gatehouse/errors';
import { httpStatusOf } from '@gatehouse/transcoding';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { beginAtBrowser } from '../session/begin-at-browser.js';
import { currentSession } from '../session/current-session.js';
import { signInByPassword } from '../session/sign-in-by-password.js';
import { readForm } from '../web/read-form.js';
import { requireOwnPage } from '../web/require-own-page.js';
import type { WebRoute } from '../web/routes.js';
import type { Visit } from '../web/visit.js';
import { sentenceOf, setRetryAfter } from './failure-page.js';
import { loginPage } from './login-page.js';
import { nextPath } from './next-path.js';
import { providerButtons } from './provider-buttons.js';
import { sendOn, sendPage } from './send-page.js';

/** What a person can do something about on the page itself. */
export const FORGIVEN: ReadonlySet<string> = new Set([
  authReasons.CREDENTIALS_INVALID.reason,
  authReasons.TOO_MANY_ATTEMPTS.reason,
  authReasons.HASH_QUEUE_FULL.reason,
]);

/** The pages by which people sign in. */
export function loginRoutes(context: AuthContext): readonly WebRoute[] {
  return [
    { method: 'GET', path: '/login', handle: (visit) => showLogin(context, visit) },
    { method: 'POST', path: '/login', handle: (visit) => submitLogin(context, visit) },
  ];
}

/** Who is signed in already is not asked again. */
async function showLogin(context: AuthContext, visit: Visit): Promise<void> {
  const next = nextPath(visit.query.get('next'));
  if (await currentSession(context, visit)) return sendOn(visit, next);
  sendPage(visit, loginPage({ next, others: providerButtons(context, next) }));
}

/** @throws AppError FOREIGN_FORM, FORM_MALFORMED, DATABASE_UNAVAILABLE */
async function submitLogin(context: AuthContext, visit: Visit): Promise<void> {
  const { request } = visit;
  requireOwnPage(request, context.webOrigin);
  const form = await readForm(request);
  const [email, password] = [form.get('email') ?? '', form.get('password') ?? ''];
  const next = nextPath(form.get('next'));
  try {
    const session = await signInByPassword(context, { email, password }, visit.caller('CreateSession'));
    await beginAtBrowser(context, visit, session);
    sendOn(visit, next);
  } catch (error) {
    if (!(error instanceof AppError) || !FORGIVEN.has(error.reason)) throw error;
    visit.reason = error.logReason ?? error.reason;
    setRetryAfter(visit, error);
    sendPage(
      visit,
      loginPage({ next, email, fault: sentenceOf(error), others: providerButtons(context, next) }),
      {
        status: httpStatusOf(error.code),
      },
    );
  }
}
