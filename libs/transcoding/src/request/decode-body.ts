import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { requireJson } from '../http/content-type.js';
import type { Codec } from '../json/codec.js';
import { HTTP_BODY } from '../json/well-known.js';
import type { Route } from '../routes/route.js';
import { badRequest } from '../transcoding-error.js';
import { tagOf, WireType, WireWriter } from '../wire/wire-writer.js';
import type { RequestParts } from './request-parts.js';

/** A decoded body: as it came where it is JSON, and the wire format of the message or field that it fills. */
export interface DecodedBody {
  readonly json: Uint8Array | undefined;
  readonly bytes: Uint8Array;
}

/** White space of JSON (RFC 8259, section 2). */
const SPACE: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];
const NULL = Buffer.from('null');

const EMPTY: DecodedBody = { json: undefined, bytes: new Uint8Array() };

/** The message that the body fills, directly or as a field; undefined for other fields and for no body. */
export function bodyMessage(route: Route): DescMessage | undefined {
  if (route.body.kind === 'none') return undefined;
  if (route.body.kind === 'message') return route.rpc.input;
  const leaf = route.body.fields.at(-1) as DescField;
  return leaf.fieldKind === 'message' ? leaf.message : undefined;
}

/**
 * The wire format of the body: the fields of the request message for `body: "*"`, tag and value of the last
 * field of the body's path otherwise. An absent body sets nothing.
 *
 * @throws TranscodingError BODY_UNEXPECTED, BODY_NOT_UTF8, those of the codec (400), CONTENT_TYPE_UNSUPPORTED (415)
 */
export function decodeBody(route: Route, codec: Codec, parts: RequestParts): DecodedBody {
  const json = parts.body?.length === 0 ? undefined : parts.body;
  if (route.body.kind === 'none') {
    if (json !== undefined && !route.options.ignoreUnexpectedBody)
      throw badRequest('BODY_UNEXPECTED', 'this method takes no body');
    return EMPTY;
  }
  const message = bodyMessage(route);
  if (message?.typeName === HTTP_BODY) return { json: undefined, bytes: wrap(route, httpBody(parts)) };
  if (json === undefined) return EMPTY;
  requireJson(parts.contentType);
  if (message !== undefined && rejectsNull(message) && isNull(json)) {
    throw badRequest('FIELD_INVALID', 'the body must be an object');
  }
  const options = { ignoreUnknownFields: route.options.ignoreUnknownFields };
  if (route.body.kind === 'message') return { json, bytes: codec.decodeJson(route.rpc.input, json, options) };
  return { json, bytes: codec.decodeFieldJson(route.body.fields.at(-1) as DescField, json, options) };
}

/** `null` stands for an absent wrapper, but it is no resource. */
function rejectsNull(message: DescMessage): boolean {
  return !message.typeName.startsWith('google.protobuf.');
}

/** Whether a text begins with `null`; whether anything follows is for the codec to see. */
function isNull(json: Uint8Array): boolean {
  const start = json.findIndex((byte) => !SPACE.includes(byte));
  return start >= 0 && NULL.equals(json.subarray(start, start + NULL.length));
}

function wrap(route: Route, message: Uint8Array): Uint8Array {
  if (route.body.kind !== 'field') return message;
  const writer = new WireWriter();
  writer.varint(tagOf((route.body.fields.at(-1) as DescField).number, WireType.LEN));
  writer.bytes(message);
  return writer.finish();
}

/** google.api.HttpBody: the content type and the bytes as they came. */
function httpBody(parts: RequestParts): Uint8Array {
  const writer = new WireWriter();
  if (parts.contentType !== undefined && parts.contentType !== '') {
    writer.varint(tagOf(1, WireType.LEN));
    writer.string(parts.contentType);
  }
  if (parts.body !== undefined && parts.body.length > 0) {
    writer.varint(tagOf(2, WireType.LEN));
    writer.bytes(parts.body);
  }
  return writer.finish();
}
