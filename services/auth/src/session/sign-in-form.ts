import { AppError } from '@gatehouse/errors';
import { httpStatusOf } from '@gatehouse/transcoding';
import type { AuthContext } from '../auth-context.js';
import { sentenceOf, setRetryAfter } from '../pages/failure-page.js';
import { authReasons } from '../reasons.js';
import type { Visit } from '../web/visit.js';
import { beginAtBrowser } from './begin-at-browser.js';
import { signInByPassword } from './sign-in-by-password.js';

/** What a person can do something about on the page itself. */
export const FORGIVEN: ReadonlySet<string> = new Set([
  authReasons.CREDENTIALS_INVALID.reason,
  authReasons.TOO_MANY_ATTEMPTS.reason,
  authReasons.HASH_QUEUE_FULL.reason,
]);

/** Why somebody is not signed in by a form, as the page says it. */
export interface SignInFault {
  readonly email: string;
  readonly fault: string;
  readonly status: number;
}

/**
 * Signs in by the form of a page: begins a session, gives it to the browser and ends the one of before, whose cookie
 * nobody holds any more.
 *
 * @returns undefined when it is done, else what to say
 * @throws AppError for what is no fault of the person
 */
export async function signInByForm(
  context: AuthContext,
  visit: Visit,
  form: ReadonlyMap<string, string>,
): Promise<SignInFault | undefined> {
  const [email, password] = [form.get('email') ?? '', form.get('password') ?? ''];
  try {
    const session = await signInByPassword(context, { email, password }, visit.caller('CreateSession'));
    await beginAtBrowser(context, visit, session);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError) || !FORGIVEN.has(error.reason)) throw error;
    visit.reason = error.logReason ?? error.reason;
    setRetryAfter(visit, error);
    return { email, fault: sentenceOf(error), status: httpStatusOf(error.code) };
  }
}
