import { AppError } from '@gatehouse/errors';
import { httpStatusOf } from '@gatehouse/transcoding';
import { verifyByCode } from '../account/verify-by-code.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { readForm } from '../web/read-form.js';
import { requireOwnPage } from '../web/require-own-page.js';
import type { WebRoute } from '../web/routes.js';
import type { Visit } from '../web/visit.js';
import { sentenceOf } from './failure-page.js';
import { html } from './html.js';
import type { Page } from './layout.js';
import { ACCOUNT_PATH, loginPath } from './next-path.js';
import { sendPage } from './send-page.js';

/** Where the code of a mail is entered. */
export const VERIFY_PATH = '/account/verify';

/** Shows that an address is whose account it is. The page is the same for every address, with an account or without. */
export function verifyAddressRoutes(context: AuthContext): readonly WebRoute[] {
  return [
    { method: 'GET', path: VERIFY_PATH, handle: (visit) => sendPage(visit, verifyPage()) },
    { method: 'POST', path: VERIFY_PATH, handle: (visit) => takeCode(context, visit) },
  ];
}

/** @throws AppError FOREIGN_FORM, FORM_MALFORMED, TOO_MANY_ATTEMPTS */
async function takeCode(context: AuthContext, visit: Visit): Promise<void> {
  requireOwnPage(visit.request, context.webOrigin);
  const code = (await readForm(visit.request)).get('code') ?? '';
  try {
    await verifyByCode(context, code.trim(), visit.caller('VerifyEmail'));
    const body = html`<p>
      The address is yours. <a href="${loginPath(ACCOUNT_PATH)}">Sign in</a> as before.
    </p>`;
    sendPage(visit, { title: 'Thank you', body });
  } catch (error) {
    if (!(error instanceof AppError) || error.reason !== authReasons.CODE_INVALID.reason) throw error;
    visit.reason = error.reason;
    sendPage(visit, verifyPage(sentenceOf(error)), { status: httpStatusOf(error.code) });
  }
}

function verifyPage(fault?: string): Page {
  const body = html`<p>
      A mail was sent to the address that you have there. If it has a code, enter it here, then sign in once
      more. If it says that there is an account already, sign in to that.
    </p>
    ${fault === undefined ? undefined : html`<p class="alert" id="fault" role="alert">${fault}</p>`}
    <form method="post" action="${VERIFY_PATH}">
      <label for="code">Code</label>
      <input
        id="code"
        name="code"
        autocomplete="one-time-code"
        spellcheck="false"
        required
        maxlength="128"
        ${fault === undefined ? undefined : html` aria-describedby="fault"`}
      />
      <div class="actions wide"><button class="main">Verify the address</button></div>
    </form>
    <p class="soft">No mail? It can take some minutes, and no more than three an hour are sent.</p>`;
  return { title: 'Look into your mail', body };
}
