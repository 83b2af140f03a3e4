import { status } from '@grpc/grpc-js';
import { defineReasons } from '@gatehouse/errors';
import { translationReasons } from './translation-reasons.js';

/** The owner of the gateway's own reasons. */
export const GATEWAY_DOMAIN = 'gateway.gatehouse.dev';

/** The reasons of the gateway's own refusals, before or instead of a call. */
export const gatewayReasons = defineReasons(GATEWAY_DOMAIN, {
  ...translationReasons,
  ROUTE_UNKNOWN: {
    code: status.NOT_FOUND,
    message: 'there is nothing at this path',
    help: 'No method of the contract has this path. Paths are matched exactly: no slash is added or dropped.',
  },
  METHOD_NOT_ALLOWED: {
    code: status.UNIMPLEMENTED,
    message: 'the path does not take this method',
    help: 'The `Allow` header names the methods that the path takes.',
  },
  METHOD_UNKNOWN: {
    code: status.UNIMPLEMENTED,
    message: 'there is no such method here',
    help: 'No method of the contract that may be called from outside has this name. Those that may have a route of REST as well.',
  },
  MESSAGE_COUNT: {
    code: status.UNIMPLEMENTED,
    message: 'the method takes one message',
    help: 'The request of a method that does not stream has exactly one message.',
  },
  MESSAGE_ENCODING_UNSUPPORTED: {
    code: status.UNIMPLEMENTED,
    message: 'messages must not be compressed',
    help: 'Messages of gRPC, gRPC-Web and Connect are read uncompressed alone.',
  },
  FRAME_MALFORMED: {
    code: status.INVALID_ARGUMENT,
    message: 'the messages of the request cannot be told apart',
    help: 'The request ends within a message, or a message says that it is compressed where nothing may be.',
  },
  HEADER_DUPLICATE: {
    code: status.INVALID_ARGUMENT,
    message: 'a header that may stand once stands twice',
    help: 'Two values of one header could be read differently by two readers. `metadata.header` names it.',
  },
  CREDENTIALS_CONFLICT: {
    code: status.INVALID_ARGUMENT,
    message: 'the request carries more than one credential',
    help: 'Send an access token, a session cookie or an API key, and one of it. A page that sends a token leaves the cookie out (`credentials: "omit"`).',
  },
  CROSS_SITE_REQUEST: {
    code: status.PERMISSION_DENIED,
    message: 'a page of another site may not use the session of a browser',
    help: 'With a session cookie, and to sign in with one, a change must come from a page of the same origin or of `CORS_ORIGINS`. A program that sends neither `Sec-Fetch-Site` nor `Origin` sends `Content-Type: application/json`.',
  },
  REQUEST_MALFORMED: {
    code: status.INVALID_ARGUMENT,
    message: 'the request is not sound HTTP',
    help: 'The request breaks the syntax of HTTP/1.1, or its body ended early.',
  },
  REQUEST_TIMEOUT: {
    code: status.DEADLINE_EXCEEDED,
    message: 'the request did not arrive in time',
    help: 'Headers have 9 seconds to arrive, a whole request 30.',
  },
  HEADERS_TOO_LARGE: {
    code: status.RESOURCE_EXHAUSTED,
    message: 'the headers are too large or too many',
    help: 'Headers may take 16 KiB and be 100.',
  },
  TARGET_TOO_LONG: {
    code: status.INVALID_ARGUMENT,
    message: 'the path and query are too long',
    help: 'Path and query may take 8,192 characters together.',
  },
  BODY_TOO_LARGE: {
    code: status.RESOURCE_EXHAUSTED,
    message: 'the body is too large',
    help: 'A body of JSON may take 1 MiB, a file 4, an upload in pieces 64, unless the route has a limit of its own.',
  },
  NOT_ACCEPTABLE: {
    code: status.INVALID_ARGUMENT,
    message: 'the answer has no form that Accept takes',
    help: 'Answers are `application/json`; streams are `application/x-ndjson` or `text/event-stream` besides.',
  },
  CONTENT_ENCODING_UNSUPPORTED: {
    code: status.INVALID_ARGUMENT,
    message: 'the body must not be compressed',
    help: 'Send the body as it is, without `Content-Encoding`, and with no `Transfer-Encoding` but `chunked`.',
  },
  EXPECTATION_UNSUPPORTED: {
    code: status.INVALID_ARGUMENT,
    message: 'the expectation cannot be met',
    help: 'The only expectation that is understood is `100-continue`.',
  },
});

/** Where HTTP has a status of its own for a reason (RFC 9110, section 15.5; RFC 6585, section 5). */
export const httpStatuses: Readonly<Record<string, number>> = {
  METHOD_UNKNOWN: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  HEADERS_TOO_LARGE: 431,
  TARGET_TOO_LONG: 414,
  BODY_TOO_LARGE: 413,
  NOT_ACCEPTABLE: 406,
  CONTENT_ENCODING_UNSUPPORTED: 415,
  MESSAGE_ENCODING_UNSUPPORTED: 415,
  MESSAGE_COUNT: 400,
  CONTENT_TYPE_UNSUPPORTED: 415,
  EXPECTATION_UNSUPPORTED: 417,
};
