import type { WebRoute } from '../web/routes.js';
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
    ...[authorization, device, logout].flatMap((path) => [get(path), post(path)]),
    ...[get(userinfo), post(userinfo), options(userinfo)],
    get(`${authorization}/:uid`),
    get(`${device}/:uid`),
    post(`${logout}/confirm`),
    get(`${logout}/success`),
  ];
}
