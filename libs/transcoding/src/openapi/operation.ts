import type { DescField } from '@bufbuild/protobuf';
import type { Codec } from '../json/codec.js';
import { HTTP_BODY } from '../json/well-known.js';
import { bodyMessage } from '../request/decode-body.js';
import type { Route } from '../routes/route.js';
import { commentOf, firstSentence } from './comments.js';
import type { JsonObject, OpenApiOptions } from './openapi-options.js';
import type { OpenApiPath } from './openapi-path.js';
import { pathParameter, queryParameters } from './parameters.js';
import { preconditionParameters } from './preconditions.js';
import { responses } from './responses.js';
import type { Schemas } from './schemas.js';

/** The operation object of a route. */
export function operation(
  route: Route,
  path: OpenApiPath,
  id: string,
  context: { readonly schemas: Schemas; readonly codec: Codec; readonly options: OpenApiOptions },
): JsonObject {
  const { schemas, codec, options } = context;
  const comment = commentOf(route.rpc);
  const parameters = [
    ...path.parameters.map((parameter) => pathParameter(parameter, schemas)),
    ...queryParameters(route, codec, schemas),
    ...preconditionParameters(route),
  ];
  const body = requestBody(route, schemas);
  const security = securityOf(route, options);
  return {
    operationId: id,
    tags: [route.rpc.parent.typeName],
    ...(comment === undefined ? {} : { summary: firstSentence(comment), description: comment }),
    ...(route.rpc.proto.options?.deprecated ? { deprecated: true } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responses(route, schemas, options),
    ...(security === undefined ? {} : { security }),
  };
}

function requestBody(route: Route, schemas: Schemas): JsonObject | undefined {
  if (route.body.kind === 'none') return undefined;
  if (bodyMessage(route)?.typeName === HTTP_BODY) {
    return { required: true, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } };
  }
  if (route.body.kind === 'message') {
    const media = isClientStreaming(route) ? 'application/x-ndjson' : 'application/json';
    return { required: true, content: { [media]: { schema: wholeBody(route, schemas) } } };
  }
  const field = route.body.fields.at(-1) as DescField;
  const comment = commentOf(field);
  return {
    required: true,
    ...(comment === undefined ? {} : { description: comment }),
    content: { 'application/json': { schema: schemas.value(field) } },
  };
}

/** With `body: "*"` the body holds what the path does not. */
function wholeBody(route: Route, schemas: Schemas): JsonObject {
  const message = route.rpc.input;
  if (route.variables.length === 0) return schemas.message(message);
  const bound = new Set(
    route.variables.filter(({ fields }) => fields.length === 1).map(({ fields }) => fields[0]),
  );
  return schemas.object(
    message,
    message.fields.filter((field) => !bound.has(field)),
  );
}

function isClientStreaming(route: Route): boolean {
  return route.rpc.methodKind === 'client_streaming' || route.rpc.methodKind === 'bidi_streaming';
}

/** No requirement for a public method; any one of the schemes that it admits, with the scopes, for the others. */
function securityOf(route: Route, options: OpenApiOptions): JsonObject[] | undefined {
  const rule = options.accessOf?.(route.rpc);
  if (rule === undefined) return undefined;
  if (rule.public) return [];
  const schemes = rule.schemes ?? Object.keys(options.securitySchemes ?? {});
  return schemes.map((scheme) => ({ [scheme]: [...rule.scopes] }));
}
