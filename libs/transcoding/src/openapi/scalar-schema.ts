import { ScalarType, type DescMessage } from '@bufbuild/protobuf';
import { HTTP_BODY, wrappedScalar } from '../json/well-known.js';
import type { JsonObject } from './openapi-options.js';

/** The JSON Schema of a scalar in proto3 JSON. */
export function scalarSchema(type: ScalarType): JsonObject {
  switch (type) {
    case ScalarType.STRING:
      return { type: 'string' };
    case ScalarType.BYTES:
      return { type: 'string', format: 'byte', contentEncoding: 'base64' };
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.DOUBLE:
      return { type: 'number', format: 'double' };
    case ScalarType.FLOAT:
      return { type: 'number', format: 'float' };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { type: 'integer', format: 'int64', minimum: 0, maximum: 4294967295 };
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return { type: 'string', format: 'uint64', pattern: '^[0-9]+$' };
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return { type: 'string', format: 'int64', pattern: '^-?[0-9]+$' };
    default:
      return { type: 'integer', format: 'int32' };
  }
}

/** The JSON Schema of a message whose JSON form is its own; undefined for messages that are objects of their fields. */
export function wellKnownSchema(message: DescMessage): JsonObject | undefined {
  const wrapped = wrappedScalar(message);
  if (wrapped !== undefined) {
    const schema = scalarSchema(wrapped);
    return { ...schema, type: [schema['type'], 'null'] };
  }
  switch (message.typeName) {
    case 'google.protobuf.Timestamp':
      return { type: 'string', format: 'date-time' };
    case 'google.protobuf.Duration':
      return { type: 'string', pattern: '^-?[0-9]+(?:\\.[0-9]{1,9})?s$' };
    case 'google.protobuf.FieldMask':
      return { type: 'string', description: 'Field paths separated by commas.' };
    case 'google.protobuf.Struct':
      return { type: 'object', additionalProperties: true };
    case 'google.protobuf.Value':
      return {};
    case 'google.protobuf.ListValue':
      return { type: 'array', items: {} };
    case 'google.protobuf.Any':
      return { type: 'object', properties: { '@type': { type: 'string' } }, additionalProperties: true };
    case HTTP_BODY:
      return { type: 'string', format: 'binary' };
    default:
      return undefined;
  }
}
