import { sendOn } from '../pages/send-page.js';
import { readForm } from '../web/read-form.js';
import type { WebRoute } from '../web/routes.js';
import type { Visit } from '../web/visit.js';
import { ROUTES } from './paths.js';
import type { OauthProviders } from './providers.js';

/** The documents by which clients find their way (RFC 8414, section 3; OpenID Connect Discovery, section 4). */
const DOCUMENTS = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];

/** The endpoints that take a form; those that browser apps call are asked before by OPTIONS. */
const FORMS = [
  ROUTES.token,
  ROUTES.pushed_authorization_request,
  ROUTES.device_authorization,
  ROUTES.introspection,
  ROUTES.revocation,
];

/** The paths of the protocol, which the library serves. */
export function protocolRoutes(providers: OauthProviders): readonly WebRoute[] {
  const handle: WebRoute['handle'] = (visit) => providers.serve(visit);
  const route = (method: WebRoute['method']) => (path: string) => ({ method, path, handle });
  const [get, post, options] = [route('GET'), route('POST'), route('OPTIONS')];
  const { authorization, code_verification: device, end_session: logout, userinfo } = ROUTES;
  return [
    ...DOCUMENTS.flatMap((path) => [get(path), options(path)]),
    ...FORMS.flatMap((path) => [post(path), options(path)]),
    ...[authorization, device, logout].map(get),
    ...[authorization, logout].map((path) => ({ method: 'POST', path, handle: comeByGet }) as const),
    post(device),
    ...[get(userinfo), post(userinfo), options(userinfo)],
    get(`${authorization}/:uid`),
    get(`${device}/:uid`),
    post(`${logout}/confirm`),
    get(`${logout}/success`),
  ];
}

/**
 * Has a browser come again by GET with what a client has had it post (OpenID Connect Core, section 3.1.2.1; RP-Initiated
 * Logout, section 2). What another site has it post carries no cookie of ours.
 *
 * @throws AppError FORM_MALFORMED
 */
async function comeByGet(visit: Visit): Promise<void> {
  const form = new URLSearchParams([...(await readForm(visit.request))]);
  sendOn(visit, `${visit.path}?${form.toString()}`);
}
