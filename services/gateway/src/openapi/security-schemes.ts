import type { AccessTable, MethodRule } from '@gatehouse/access';
import type { CredentialKind } from '@gatehouse/tokens';
import type { AccessRule, JsonObject } from '@gatehouse/transcoding';
import { API_KEY_HEADER } from '../credential/presented-credential.js';
import { SESSION_COOKIE } from '@gatehouse/session-cookie';

/**
 * The forms of a credential as OpenAPI names them. The names are read by the docs page too.
 *
 * @param permissions all of the contract
 */
export function securitySchemes(
  permissions: AccessTable['permissions'],
): Readonly<Record<string, JsonObject>> {
  return { ...OWN_SCHEMES, oauth: oauthScheme(permissions) };
}

const OWN_SCHEMES = {
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The `accessToken` that `POST /v1/auth/login` answers with.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description:
      'The cookie that `POST /v1/sessions` sets: browsers send it by themselves. A change needs a page of the same origin or of one that is allowed.',
  },
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: API_KEY_HEADER,
    description: 'A key that `POST /v1/apiKeys` made.',
  },
};

/** What people can let an app do, in the words that they are asked with. */
function oauthScheme(permissions: AccessTable['permissions']): JsonObject {
  const forPeople = [...permissions.values()].filter(({ serviceOnly }) => !serviceOnly);
  const scopes = Object.fromEntries(forPeople.map(({ name, description }) => [name, description]));
  const tokenUrl = '/oauth2/token';
  return {
    type: 'oauth2',
    description:
      'An access token that an app got by OAuth: for what a person consented to, or in its own name. One that is bound to a key of the app comes by the scheme `DPoP`, with a proof (RFC 9449).',
    flows: {
      authorizationCode: { authorizationUrl: '/oauth2/auth', tokenUrl, refreshUrl: tokenUrl, scopes },
      clientCredentials: { tokenUrl, scopes },
    },
  };
}

const SCHEME_OF: Readonly<Record<CredentialKind, string>> = {
  token_family: 'accessToken',
  session: 'session',
  api_key: 'apiKey',
  grant: 'oauth',
};

/** What a rule asks for, in the words of OpenAPI. */
export function accessRuleOf(rule: MethodRule): AccessRule {
  if (rule.access === 'public') return { public: true, scopes: [] };
  const scopes = rule.permission === undefined ? [] : [rule.permission];
  // Services have access tokens and nothing else.
  if (!rule.callers.has('user') && !rule.callers.has('client'))
    return { public: false, scopes, schemes: ['accessToken'] };
  const schemes = rule.credentials && [...rule.credentials].map((kind) => SCHEME_OF[kind]);
  return { public: false, scopes, ...(schemes && { schemes }) };
}
