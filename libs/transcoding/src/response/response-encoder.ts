import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { etagHeader } from '../http/etag.js';
import { createCodec, type Codec } from '../json/codec.js';
import { HTTP_BODY } from '../json/well-known.js';
import type { Route, RouteTable } from '../routes/route.js';
import { badReply } from '../transcoding-error.js';
import { WireReader } from '../wire/wire-reader.js';
import { tagOf, WireType } from '../wire/wire-writer.js';

/** A reply as HTTP: status 200 with these headers and this body. */
export interface EncodedResponse {
  readonly contentType: string;
  /** JSON text in UTF-8, or the bytes of a google.api.HttpBody, which are a view of the message. */
  readonly body: Buffer;
  /** The ETag header, where the reply has an `etag`. */
  readonly etag: string | undefined;
}

/** Turns response messages into HTTP responses, by the rules of the route. */
export class ResponseEncoder {
  private readonly codec: Codec;
  private readonly plans = new Map<Route, ReplyPlan>();

  constructor(table: RouteTable, codec: Codec = createCodec(table.registry, table.print)) {
    this.codec = codec;
  }

  /**
   * A whole reply: canonical proto3 JSON of the message or of its `response_body` field, or the bytes of a
   * google.api.HttpBody.
   *
   * @throws TranscodingError 500 when the bytes are no message of the type
   */
  encode(route: Route, message: Uint8Array): EncodedResponse {
    let plan = this.plans.get(route);
    if (plan === undefined) this.plans.set(route, (plan = planOf(route)));
    if (plan.isRaw) return { ...rawBody(route, message), etag: undefined };
    const body = this.encodeJson(route, message);
    return { contentType: 'application/json', body, etag: etagOf(plan, message) };
  }

  /** The JSON text of a reply, for routes that are no HttpBody. Throws the same. */
  encodeJson(route: Route, message: Uint8Array): Buffer {
    if (route.responseField === undefined) return this.codec.encodeJson(route.rpc.output, message);
    return this.codec.encodeFieldJson(route.responseField, message);
  }
}

/** What of a reply is known from its route alone. */
interface ReplyPlan {
  /** Whether it is a google.api.HttpBody. */
  readonly isRaw: boolean;
  /** The tags of the fields that lead to the `etag`, one within the other; none where there is no etag. */
  readonly etagTags: readonly number[];
}

function planOf(route: Route): ReplyPlan {
  const etag = responseMessage(route)?.fields.find(isEtag);
  const path = route.responseField === undefined ? [etag] : [route.responseField, etag];
  return {
    isRaw: isHttpBodyResponse(route),
    etagTags: etag === undefined ? [] : path.map((field) => tagOf((field as DescField).number, WireType.LEN)),
  };
}

function etagOf({ etagTags }: ReplyPlan, message: Uint8Array): string | undefined {
  if (etagTags.length === 0) return undefined;
  const reader = new WireReader(message);
  let end = reader.length;
  for (const tag of etagTags) {
    end = reader.seekLast(tag, end);
    if (end < 0) return undefined;
  }
  return etagHeader(reader.bytes.toString('utf8', reader.at, end));
}

/** Whether replies of a route may have an ETag. */
export function hasEtag(route: Route): boolean {
  const { isRaw, etagTags } = planOf(route);
  return route.rpc.methodKind === 'unary' && !isRaw && etagTags.length > 0;
}

/** Whether a route is a read whose reply tells whether a condition holds (RFC 9110, section 13). */
export function isReadWithEtag(route: Route): boolean {
  return route.method === 'GET' && hasEtag(route);
}

/** The message of a route's response body that is raw bytes, google.api.HttpBody. */
export function isHttpBodyResponse(route: Route): boolean {
  return responseMessage(route)?.typeName === HTTP_BODY;
}

/**
 * Content type and data of a reply that is a google.api.HttpBody, without a copy; undefined for other routes.
 * `application/octet-stream` where the service names none.
 *
 * @throws TranscodingError REPLY_MALFORMED, REPLY_UNPRINTABLE (500)
 */
export function httpBodyOf(
  route: Route,
  message: Uint8Array,
): { contentType: string; body: Buffer } | undefined {
  return isHttpBodyResponse(route) ? rawBody(route, message) : undefined;
}

function rawBody(route: Route, message: Uint8Array): { contentType: string; body: Buffer } {
  const body =
    route.responseField === undefined
      ? message
      : (lastBytes(message, route.responseField.number) ?? new Uint8Array());
  const contentType = lastBytes(body, 1)?.toString() || 'application/octet-stream';
  // A line break would begin another header.
  if (!/^[\x20-\x7e]+$/.test(contentType)) {
    throw badReply('REPLY_UNPRINTABLE', 'the reply has a content type that is no header');
  }
  return { contentType, body: lastBytes(body, 2) ?? Buffer.alloc(0) };
}

function responseMessage(route: Route): DescMessage | undefined {
  if (route.responseField === undefined) return route.rpc.output;
  return route.responseField.fieldKind === 'message' ? route.responseField.message : undefined;
}

function isEtag(field: DescField): boolean {
  return field.name === 'etag' && field.fieldKind === 'scalar' && field.scalar === ScalarType.STRING;
}

function lastBytes(message: Uint8Array, fieldNumber: number): Buffer | undefined {
  const reader = new WireReader(message);
  let found: Buffer | undefined;
  while (reader.at < reader.length) {
    const tag = reader.varint32();
    if (tag === tagOf(fieldNumber, WireType.LEN)) found = reader.payload();
    else reader.skip(tag);
  }
  return found;
}
