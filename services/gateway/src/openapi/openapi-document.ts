import { platformReasons, type Reason } from '@gatehouse/errors';
import { openApi } from '@gatehouse/transcoding';
import { fieldConstraints } from './field-constraints.js';
import type { RestContract } from '../rpc/rest-contract.js';

/** The name of the security scheme. */
export const BEARER_SCHEME = 'accessToken';

const DESCRIPTION = `The REST face of Gatehouse. Every operation is a method of the contract.

Sign in with \`POST /v1/auth/login\` and send the \`accessToken\` of its answer as \`Authorization: Bearer\`.
Errors are problems (RFC 9457): programs read \`reason\`, which is stable.`;

/** The OpenAPI 3.1 document of the REST face, as JSON text; the same contract gives the same bytes. */
export function openApiDocument({ table, rules }: RestContract): string {
  const ruleOf = (grpcPath: string) => rules.get(grpcPath);
  return openApi(table, {
    info: { title: 'Gatehouse', version: 'v1', description: DESCRIPTION },
    servers: [{ url: '/' }],
    securitySchemes: {
      [BEARER_SCHEME]: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'The `accessToken` that `POST /v1/auth/login` answers with.',
      },
    },
    constraintsOf: fieldConstraints(table.registry),
    accessOf: ({ parent, name }) => {
      const rule = ruleOf(`/${parent.typeName}/${name}`);
      if (!rule) return undefined;
      if (rule.access === 'public') return { public: true, scopes: [] };
      return { public: false, scopes: rule.permission === undefined ? [] : [rule.permission] };
    },
    errorsOf: ({ parent, name, input }) => {
      const rule = ruleOf(`/${parent.typeName}/${name}`);
      const reasons: Reason[] = input.fields.length > 0 ? [platformReasons.FIELD_INVALID] : [];
      if (rule && rule.access !== 'public') reasons.push(platformReasons.UNAUTHENTICATED);
      if (rule?.access === 'permission') reasons.push(platformReasons.PERMISSION_MISSING);
      return reasons;
    },
  });
}
