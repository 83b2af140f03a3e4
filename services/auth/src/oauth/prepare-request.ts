import { readText } from '../web/read-form.js';
import { requireOwnPage } from '../web/require-own-page.js';
import type { Visit } from '../web/visit.js';
import { ROUTES } from './paths.js';
import { handleOfToken } from './token-handle.js';

/** A code of a device, as people copy it. */
const USER_CODE = /^[A-Za-z0-9 -]{1,32}$/;

/** Where clients show an access token in the body to ask about it, or to revoke it. */
const TOKEN_PATHS: readonly string[] = [ROUTES.introspection, ROUTES.revocation];

/** The forms of the library's pages. */
const FORM_PATHS: readonly string[] = [ROUTES.code_verification, `${ROUTES.end_session}/confirm`];

/**
 * Looks at what the library does not, and changes what it would read in a way that does not serve here.
 *
 * @param origin of our own pages
 * @throws AppError FOREIGN_FORM, FORM_MALFORMED
 */
export async function prepare(visit: Visit, origin: string): Promise<void> {
  const { request, path } = visit;
  if (request.method === 'POST' && FORM_PATHS.includes(path)) requireOwnPage(request, origin);
  if (request.method === 'POST' && TOKEN_PATHS.includes(path)) return nameToken(visit);
  if (request.method === 'GET' && path === ROUTES.code_verification) takeUserCode(visit);
}

/** @throws AppError FORM_MALFORMED */
async function nameToken(visit: Visit): Promise<void> {
  const form = new URLSearchParams(await readText(visit.request));
  // One that stands twice stays so, and is refused for it.
  const tokens = form.getAll('token').map(handleOfToken);
  form.delete('token');
  for (const token of tokens) form.append('token', token);
  visit.replaceBody(form.toString());
}

/** A link that holds a code would be posted by a script at once; here the person looks at it and sends it. */
function takeUserCode(visit: Visit): void {
  const code = visit.query.get('user_code');
  if (code !== null && USER_CODE.test(code)) visit.userCode = code;
  visit.request.url = visit.path;
}
