import type { AuthContext } from '../auth-context.js';
import { currentSession } from '../session/current-session.js';
import { signInByForm, type SignInFault } from '../session/sign-in-form.js';
import { readForm } from '../web/read-form.js';
import { requireOwnPage } from '../web/require-own-page.js';
import type { WebRoute } from '../web/routes.js';
import type { Visit } from '../web/visit.js';
import { loginPage } from './login-page.js';
import { ANEW, nextPath } from './next-path.js';
import { providerButtons } from './provider-buttons.js';
import { sendOn, sendPage } from './send-page.js';

/** The pages by which people sign in. */
export function loginRoutes(context: AuthContext): readonly WebRoute[] {
  return [
    { method: 'GET', path: '/login', handle: (visit) => showLogin(context, visit) },
    { method: 'POST', path: '/login', handle: (visit) => submitLogin(context, visit) },
  ];
}

/** Who is signed in already is not asked again, unless that is what they came for. */
async function showLogin(context: AuthContext, visit: Visit): Promise<void> {
  const next = nextPath(visit.query.get('next'));
  if (!visit.query.has(ANEW) && (await currentSession(context, visit))) return sendOn(visit, next);
  sendLogin(context, visit, next);
}

/** @throws AppError FOREIGN_FORM, FORM_MALFORMED, DATABASE_UNAVAILABLE */
async function submitLogin(context: AuthContext, visit: Visit): Promise<void> {
  requireOwnPage(visit.request, context.webOrigin);
  const form = await readForm(visit.request);
  const next = nextPath(form.get('next'));
  const fault = await signInByForm(context, visit, form);
  if (!fault) return sendOn(visit, next);
  sendLogin(context, visit, next, fault);
}

function sendLogin(context: AuthContext, visit: Visit, next: string, fault?: SignInFault): void {
  const anew = visit.query.has(ANEW);
  const action = anew ? `/login?${ANEW}` : '/login';
  sendPage(visit, loginPage({ next, action, others: providerButtons(context, next, anew), ...fault }), fault);
}
