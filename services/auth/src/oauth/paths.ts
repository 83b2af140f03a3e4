/** Where what is found; the key set is that of the API. */
export const ROUTES = {
  authorization: '/oauth2/auth',
  token: '/oauth2/token',
  pushed_authorization_request: '/oauth2/par',
  device_authorization: '/oauth2/device_authorization',
  code_verification: '/device',
  end_session: '/oauth2/logout',
  introspection: '/oauth2/introspect',
  revocation: '/oauth2/revoke',
  userinfo: '/oauth2/userinfo',
  jwks: '/.well-known/jwks.json',
} as const;

/** Where a person signs in and decides. */
export const INTERACTION_PATH = '/oauth2/interaction/';
