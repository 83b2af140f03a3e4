import type { DescField, DescOneof } from '@bufbuild/protobuf';
import type { Codec } from '../json/codec.js';
import { startsWithPath } from '../routes/field-path.js';
import { badRequest, TranscodingError } from '../transcoding-error.js';
import { findMember } from './json-member.js';
import type { Parameter } from './parameter.js';

/**
 * Refuses a body that says something else than a path variable: the path is what access was decided by.
 *
 * @param body the JSON and the path of the field that it fills, empty for the whole message
 * @throws TranscodingError FIELD_CONFLICT, ONEOF_CONFLICT (400)
 */
export function checkBodyAgrees(
  body: { readonly json: Uint8Array; readonly fields: readonly DescField[] },
  parameter: Parameter,
  bytes: Uint8Array,
  codec: Codec,
): void {
  if (!startsWithPath(parameter.fields, body.fields)) return;
  const below = parameter.fields.slice(body.fields.length);
  const leaf = below.at(-1) as DescField;
  below.forEach((field, depth) => {
    for (const sibling of field.oneof?.fields ?? []) {
      const member =
        sibling === field ? undefined : findMember(body.json, [...below.slice(0, depth), sibling]);
      if (member !== undefined && member !== 'null')
        throw oneofConflict(parameter.name, field.oneof as DescOneof);
    }
  });
  const member = findMember(body.json, below);
  // `null` is no value but the absence of one.
  if (member === undefined || member === 'null') return;
  if (!sameValue(leaf, member, bytes, codec)) throw fieldConflict(parameter.name);
}

/** 400: a field has two values. */
export function fieldConflict(name: string): TranscodingError {
  return badRequest('FIELD_CONFLICT', 'is given twice with different values', name);
}

/** 400: two fields of one oneof are set. */
export function oneofConflict(name: string, oneof: DescOneof): TranscodingError {
  return badRequest('ONEOF_CONFLICT', `excludes another field of ${oneof.name}`, name);
}

function sameValue(leaf: DescField, member: string, bytes: Uint8Array, codec: Codec): boolean {
  // The canonical texts are compared, because the wire leaves defaults out.
  const printed = (value: Uint8Array): Buffer => codec.encodeFieldJson(leaf, value);
  return printed(codec.decodeFieldJson(leaf, member)).equals(printed(bytes));
}
