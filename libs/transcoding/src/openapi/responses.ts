import type { DescMethod } from '@bufbuild/protobuf';
import { PROBLEM_CONTENT_TYPE, problemOfError } from '../http/problem.js';
import { httpStatusOf } from '../http/status.js';
import { isHttpBodyResponse } from '../response/response-encoder.js';
import type { Route } from '../routes/route.js';
import { TranscodingError } from '../transcoding-error.js';
import type { DocumentedError, JsonObject, OpenApiOptions } from './openapi-options.js';
import { preconditionResponses, successHeaders } from './preconditions.js';
import type { Schemas } from './schemas.js';

/** The component that every error response refers to. */
export const PROBLEM_SCHEMA: JsonObject = {
  type: 'object',
  description: 'An error in the form of RFC 9457.',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer', format: 'int32' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'The name of the gRPC code.' },
    reason: { type: 'string', description: 'Why, for programs.' },
    domain: { type: 'string', description: 'The system that the reason belongs to.' },
    metadata: { type: 'object', additionalProperties: { type: 'string' } },
    violations: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'description'],
        properties: { field: { type: 'string' }, description: { type: 'string' } },
      },
    },
    request_id: { type: 'string' },
  },
};

/** A stream that has begun has its status, whatever becomes of it. */
const STREAM =
  'Messages as they come. A failure after the first is a last record `{"@error": Problem}`, in server-sent events an event `error`.';

const PROBLEM = { $ref: '#/components/schemas/Problem' };
const ANY_PROBLEM = { [PROBLEM_CONTENT_TYPE]: { schema: PROBLEM } };

/** The responses object of an operation: 200, what a condition leads to, the documented errors, and any other one. */
export function responses(route: Route, schemas: Schemas, options: OpenApiOptions): JsonObject {
  const errors = new Map<number, DocumentedError[]>();
  for (const error of options.errorsOf?.(route.rpc) ?? []) {
    const status = httpStatusOf(error.code);
    errors.set(status, [...(errors.get(status) ?? []), error]);
  }
  return {
    '200': {
      description: isServerStreaming(route.rpc) && !isHttpBodyResponse(route) ? STREAM : 'OK',
      ...successHeaders(route),
      content: successContent(route, schemas),
    },
    ...preconditionResponses(route, ANY_PROBLEM),
    ...Object.fromEntries(
      [...errors].sort(([a], [b]) => a - b).map(([status, of]) => [String(status), errorResponse(of)]),
    ),
    default: { description: 'Any other error', content: ANY_PROBLEM },
  };
}

function successContent(route: Route, schemas: Schemas): JsonObject {
  if (isHttpBodyResponse(route)) return { '*/*': { schema: { type: 'string', format: 'binary' } } };
  const schema =
    route.responseField === undefined
      ? schemas.message(route.rpc.output)
      : schemas.value(route.responseField);
  if (!isServerStreaming(route.rpc)) return { 'application/json': { schema } };
  return {
    'application/json': { schema: { type: 'array', items: schema } },
    'application/x-ndjson': { schema },
    'text/event-stream': { schema },
  };
}

function isServerStreaming(rpc: DescMethod): boolean {
  return rpc.methodKind === 'server_streaming' || rpc.methodKind === 'bidi_streaming';
}

function errorResponse(errors: readonly DocumentedError[]): JsonObject {
  const examples = Object.fromEntries(errors.map((error) => [error.reason, { value: exampleOf(error) }]));
  const reasons = [...new Set(errors.map((error) => error.reason))].join(', ');
  return { description: reasons, content: { [PROBLEM_CONTENT_TYPE]: { schema: PROBLEM, examples } } };
}

function exampleOf({ code, reason, message }: DocumentedError): unknown {
  return problemOfError(new TranscodingError({ httpStatus: httpStatusOf(code), code, reason, message }))
    .problem;
}
