import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { Codec } from '../json/codec.js';
import { messageWithin, parameterOf } from '../request/parameter.js';
import { startsWithPath } from '../routes/field-path.js';
import type { Route } from '../routes/route.js';
import { commentOf } from './comments.js';
import type { JsonObject } from './openapi-options.js';
import type { PathParameter } from './openapi-path.js';
import type { Schemas } from './schemas.js';

/** A path parameter object. */
export function pathParameter(parameter: PathParameter, schemas: Schemas): JsonObject {
  const field = parameter.variable?.fields.at(-1);
  const whole = parameter.variable?.singleSegment ?? false;
  const schema = field === undefined || !whole ? { type: 'string' } : withoutNotes(schemas.property(field));
  const notes = [
    field === undefined ? undefined : commentOf(field),
    field !== undefined && !whole ? `A part of \`${parameter.variable?.name}\`.` : undefined,
    parameter.slashes ? 'May hold slashes.' : undefined,
  ].filter((note) => note !== undefined);
  return {
    name: parameter.name,
    in: 'path',
    required: true,
    ...(notes.length === 0 ? {} : { description: notes.join('\n\n') }),
    schema,
    ...(parameter.slashes ? { 'x-multi-segment': true } : {}),
  };
}

/** The query parameters of a route: every field that neither the path nor the body sets, nested ones dotted. */
export function queryParameters(route: Route, codec: Codec, schemas: Schemas): JsonObject[] {
  if (route.body.kind === 'message') return [];
  const taken = route.variables.map((variable) => variable.fields);
  if (route.body.kind === 'field') taken.push(route.body.fields);
  const found: JsonObject[] = [];
  collect(route.rpc.input, [], new Set([route.rpc.input]));
  return found;

  function collect(
    message: DescMessage,
    prefix: readonly DescField[],
    around: ReadonlySet<DescMessage>,
  ): void {
    for (const field of message.fields) {
      const path = [...prefix, field];
      const within = messageWithin(field);
      if (taken.some((other) => startsWithPath(path, other))) continue;
      if (parameterOf(path, codec) !== undefined) {
        found.push(queryParameter(path, schemas));
      } else if (within !== undefined && !around.has(within)) {
        // A message within itself has no end; the inner ones can still be sent.
        collect(within, path, new Set([...around, within]));
      }
    }
  }
}

function queryParameter(path: readonly DescField[], schemas: Schemas): JsonObject {
  const field = path.at(-1) as DescField;
  const comment = commentOf(field);
  const required = path.every((step) => schemas.behavior(step).required);
  return {
    name: path.map((step) => schemas.name(step)).join('.'),
    in: 'query',
    ...(comment === undefined ? {} : { description: comment }),
    ...(required ? { required } : {}),
    ...(field.proto.options?.deprecated ? { deprecated: true } : {}),
    schema: withoutNotes(schemas.property(field)),
  };
}

/** What a parameter says itself, or what says nothing in a request. */
function withoutNotes(schema: JsonObject): JsonObject {
  const {
    description: _description,
    deprecated: _deprecated,
    readOnly: _readOnly,
    writeOnly: _writeOnly,
    ...rest
  } = schema;
  return rest;
}
