import type { MethodRule } from '@gatehouse/access';
import type { CredentialKind } from '@gatehouse/tokens';
import type { AccessRule, JsonObject } from '@gatehouse/transcoding';
import { API_KEY_HEADER } from '../credential/presented-credential.js';
import { SESSION_COOKIE } from '@gatehouse/session-cookie';

/** The forms of a credential as OpenAPI names them. The names are read by the docs page too. */
export const securitySchemes: Readonly<Record<string, JsonObject>> = {
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

const SCHEME_OF: Readonly<Record<CredentialKind, string>> = {
  token_family: 'accessToken',
  session: 'session',
  api_key: 'apiKey',
};

/** What a rule asks for, in the words of OpenAPI. */
export function accessRuleOf(rule: MethodRule): AccessRule {
  if (rule.access === 'public') return { public: true, scopes: [] };
  const scopes = rule.permission === undefined ? [] : [rule.permission];
  // Services have access tokens and nothing else.
  if (!rule.callers.has('user')) return { public: false, scopes, schemes: ['accessToken'] };
  const schemes = rule.credentials && [...rule.credentials].map((kind) => SCHEME_OF[kind]);
  return { public: false, scopes, ...(schemes && { schemes }) };
}
