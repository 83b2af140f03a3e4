import { status } from '@grpc/grpc-js';
import type { ReasonSpec } from '@gatehouse/errors';

const { INVALID_ARGUMENT, FAILED_PRECONDITION, INTERNAL, RESOURCE_EXHAUSTED } = status;
const spec = (code: status, message: string, help: string): ReasonSpec => ({ code, message, help });
const refused = (message: string, help: string) => spec(INVALID_ARGUMENT, message, help);
const badReply = (message: string) =>
  spec(
    INTERNAL,
    message,
    'A service answered with bytes that its descriptor does not describe. A fault of the service.',
  );

/**
 * The reasons of requests that cannot be translated into a call. The translation gives them, with a finer message;
 * they are told here for `docs/errors.md`. FIELD_INVALID is every service's.
 */
export const translationReasons = {
  PATH_MALFORMED: refused(
    'the path cannot be read',
    'An escape in the path is broken, or a character lacks one.',
  ),
  QUERY_MALFORMED: refused(
    'the query cannot be read',
    'An escape in the query is broken, or a character lacks one.',
  ),
  QUERY_TOO_LONG: refused('the query has too many parameters', 'A query may have 1,000 parameters.'),
  PARAMETER_UNKNOWN: refused('the query has an unknown parameter', 'No field of the request has this name.'),
  PARAMETER_UNSUPPORTED: refused(
    'the field cannot be a parameter',
    'Maps and whole messages belong into a body.',
  ),
  PARAMETER_IN_BODY: refused(
    'the field belongs into the body',
    'The route takes this field from the body alone.',
  ),
  BODY_UNEXPECTED: refused('the method takes no body', 'Send the request without a body.'),
  BODY_NOT_UTF8: refused('the body is not UTF-8', 'JSON is UTF-8 (RFC 8259, section 8.1).'),
  CONTENT_TYPE_UNSUPPORTED: refused(
    'the body must be JSON',
    'Send `Content-Type: application/json`; for an upload of many messages also `application/x-ndjson`.',
  ),
  JSON_MALFORMED: refused('the body is not JSON', 'The body breaks the syntax of JSON (RFC 8259).'),
  MESSAGE_TOO_LARGE: spec(
    RESOURCE_EXHAUSTED,
    'a message of the stream is too large',
    'One message of an upload may take as much as a whole body.',
  ),
  JSON_TOO_DEEP: refused('the body is nested too deeply', 'Objects and lists may be nested 100 deep.'),
  FIELD_UNKNOWN: refused('the body has an unknown member', 'No field of the request has this name.'),
  FIELD_DUPLICATE: refused(
    'the body has a member twice',
    'A field was given twice, in one spelling or in two.',
  ),
  FIELD_CONFLICT: refused('a field has two values', 'Path, query and body give one field different values.'),
  ONEOF_CONFLICT: refused('two fields exclude each other', 'At most one field of a oneof may be given.'),
  ANY_TYPE_UNKNOWN: refused('the type is unknown', 'The `@type` of an `Any` is no message of the contract.'),
  ANY_TYPE_TOO_LATE: refused(
    'the type stands too late',
    'The `@type` of an `Any` must come before its other members.',
  ),
  HEADER_MALFORMED: refused('a header cannot be read', 'A header with bytes must be base64.'),
  TIMEOUT_MALFORMED: refused(
    'the timeout cannot be read',
    '`X-Request-Timeout` is in seconds, such as `2.5`.',
  ),
  IF_MATCH_UNSUPPORTED: refused(
    'If-Match cannot be used here',
    'The method has no `etag`, or several tags were sent.',
  ),
  IF_NONE_MATCH_UNSUPPORTED: refused(
    'If-None-Match cannot be used here',
    'It spares a GET its body, and holds back no change.',
  ),
  ETAG_MISMATCH: spec(
    FAILED_PRECONDITION,
    'the entity tag does not match',
    'The resource has changed. Read it again.',
  ),
  REPLY_MALFORMED: badReply('the reply cannot be read'),
  REPLY_TOO_DEEP: badReply('the reply is nested too deeply'),
  REPLY_UNPRINTABLE: badReply('the reply has no JSON form'),
  UPSTREAM_NOT_GRPC: badReply('the service does not speak gRPC'),
};
