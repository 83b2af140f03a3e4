import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import type { MethodRule } from '@gatehouse/access';
import { platformReasons, type Reason } from '@gatehouse/errors';
import { openApi } from '@gatehouse/transcoding';
import { gatewayReasons } from '../reasons.js';
import type { RestContract } from '../rpc/rest-contract.js';
import { fieldConstraints } from './field-constraints.js';
import { accessRuleOf, securitySchemes } from './security-schemes.js';

const DESCRIPTION = `The REST face of Gatehouse. Every operation is a method of the contract.

A request carries one credential. Sign in with \`POST /v1/auth/login\` and send the \`accessToken\` of its answer as
\`Authorization: Bearer\`; or with \`POST /v1/sessions\`, which sets a cookie; or send a key as \`X-Api-Key\`.
An app of somebody else's gets its access tokens by OAuth 2.0.
Errors are problems (RFC 9457): programs read \`reason\`, which is stable. An operation names the reasons that are its
own; any request may be refused for its form as well, such as a field that nobody knows.`;

/** The OpenAPI 3.1 document of the REST face, as JSON text; the same contract gives the same bytes. */
export function openApiDocument({ table, rules, permissions, cookies }: RestContract): string {
  return openApi(table, {
    info: { title: 'Gatehouse', version: 'v1', description: DESCRIPTION },
    servers: [{ url: '/' }],
    securitySchemes: securitySchemes(permissions),
    constraintsOf: fieldConstraints(table.registry),
    accessOf: ({ parent, name }) => {
      const rule = rules.get(`/${parent.typeName}/${name}`);
      return rule && accessRuleOf(rule);
    },
    errorsOf: ({ parent, name, input }) => {
      const rule = rules.get(`/${parent.typeName}/${name}`);
      const invalid = input.fields.length > 0 ? [platformReasons.FIELD_INVALID] : [];
      return rule ? [...invalid, ...refusalsOf(rule, cookies.has(rule.path))] : invalid;
    },
  });
}

/** Why a caller may be refused. */
function refusalsOf(rule: MethodRule, setsCookie: boolean): Reason[] {
  if (rule.access === 'public') return setsCookie ? [gatewayReasons.CROSS_SITE_REQUEST] : [];
  const { access, callers, credentials, maxSignInAgeSeconds, method } = rule;
  const reasons: Reason[] = [gatewayReasons.CREDENTIALS_CONFLICT, platformReasons.UNAUTHENTICATED];
  if (maxSignInAgeSeconds !== undefined) reasons.push(platformReasons.SIGN_IN_TOO_OLD);
  if (access === 'permission') reasons.push(platformReasons.PERMISSION_MISSING);
  if (credentials !== undefined) reasons.push(platformReasons.CREDENTIAL_NOT_ADMITTED);
  const takesSession = callers.has('user') && (credentials?.has('session') ?? true);
  const isChange = method.idempotency !== MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
  if (setsCookie || (takesSession && isChange)) reasons.push(gatewayReasons.CROSS_SITE_REQUEST);
  return reasons;
}
