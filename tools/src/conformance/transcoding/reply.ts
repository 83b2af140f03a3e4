import { isDeepStrictEqual } from 'node:util';
import { toBinary } from '@bufbuild/protobuf';
import {
  codeName,
  httpBodyOf,
  isHttpBodyResponse,
  problemOfStatus,
  requireGrpcResponse,
  ResponseEncoder,
  streamFramer,
  TranscodingError,
} from '@gatehouse/transcoding';
import type { Route, RouteTable, StreamFormat } from '@gatehouse/transcoding';
import { messageOfBindings } from './binding-messages.js';
import type { Bindings } from './binding-messages.js';
import type { CaseResponse, CaseUpstream, TranscodingCase } from './corpus.js';
import { differs, first } from './outcome.js';
import type { Disagreement } from './outcome.js';

/** Compares what becomes of the upstream's answer with the response that a case expects. */
export function judgeResponse(
  testCase: TranscodingCase,
  table: RouteTable,
  route: Route,
  expected: CaseResponse,
): Disagreement {
  const upstream = testCase.upstream ?? {};
  if (upstream.http !== undefined) return judgeUpstream(upstream, expected);
  if ((upstream.grpc_status ?? 0) !== 0) return judgeFailure(upstream, expected);
  const { output } = route.rpc;
  const given = expected.grpc_messages ?? [
    expected.grpc_message ?? upstream.message ?? impliedMessage(route, expected),
  ];
  const messages = given.map((message) =>
    typeof message === 'string'
      ? bigBook()
      : toBinary(output, messageOfBindings(output, message, table.registry)),
  );
  const actual = respond(testCase, table, route, messages);
  return first(
    expected.http === undefined ? undefined : differs('HTTP status', 200, expected.http),
    judgeBody(actual.body, expected),
    ...Object.entries(expected.headers ?? {}).map(([name, value]) =>
      differs(name, actual.headers[name], value),
    ),
  );
}

/** A case of a download that names no message: the HttpBody is what the response shows. */
function impliedMessage(route: Route, expected: CaseResponse): Bindings {
  if (!isHttpBodyResponse(route) || route.responseField === undefined) return {};
  const field = route.responseField.name;
  return {
    [`${field}.content_type`]: expected.headers?.['content-type'] ?? '',
    [`${field}.data`]: expected.body ?? '',
  };
}

interface Response {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function respond(
  testCase: TranscodingCase,
  table: RouteTable,
  route: Route,
  messages: readonly Uint8Array[],
): Response {
  const encoder = new ResponseEncoder(table);
  if (testCase.request?.method === 'HEAD') return { headers: {}, body: '' };
  if (route.rpc.methodKind !== 'server_streaming') {
    const { contentType, body } = encoder.encode(route, messages[0] as Uint8Array);
    return {
      headers: { 'content-type': contentType, 'content-length': String(Buffer.byteLength(body)) },
      body: Buffer.from(body).toString(),
    };
  }
  if (isHttpBodyResponse(route)) {
    const parts = messages.map((message) => httpBodyOf(route, message));
    return {
      headers: { 'content-type': parts[0]?.contentType ?? '' },
      body: parts.map((part) => Buffer.from(part?.body ?? []).toString()).join(''),
    };
  }
  const framer = streamFramer((testCase.options?.['stream_format'] ?? 'ndjson') as StreamFormat);
  const frames = messages.map((message) => framer.message(encoder.encodeJson(route, message).toString()));
  return { headers: { 'content-type': framer.contentType }, body: frames.join('') + framer.end() };
}

function judgeBody(actual: string, { body, body_contains: contains }: CaseResponse): Disagreement {
  if (contains !== undefined) {
    const members = JSON.parse(actual) as Record<string, unknown>;
    const missing = Object.entries(contains).find(
      ([name, value]) => !isDeepStrictEqual(members[name], value),
    );
    return missing === undefined ? undefined : `body ${actual} lacks ${missing[0]}`;
  }
  if (body === undefined || body === actual) return undefined;
  const [one, other] = [tryParse(actual), tryParse(body)];
  // A sentence in the file instead of a body.
  if (other === undefined && /^[A-Z]\w+ \w+ of /.test(body)) return undefined;
  return other !== undefined && isDeepStrictEqual(one, other) ? undefined : `body is ${actual}, not ${body}`;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** An upstream that answers, but not in gRPC. */
function judgeUpstream(upstream: CaseUpstream, expected: CaseResponse): Disagreement {
  try {
    requireGrpcResponse(upstream.http ?? 200, upstream.content_type);
  } catch (error) {
    if (error instanceof TranscodingError) return differs('HTTP status', error.httpStatus, expected.http);
    throw error;
  }
  return 'the upstream is believed';
}

/** The file's bodies of errors are google.rpc.Status; Gatehouse answers RFC 9457 with the same code and message. */
function judgeFailure(upstream: CaseUpstream, expected: CaseResponse): Disagreement {
  const details = upstream['grpc-status-details-bin'];
  const { status, problem } = problemOfStatus({
    code: upstream.grpc_status ?? 0,
    message: upstream.grpc_message ?? '',
    details: details === undefined ? undefined : Buffer.from(details, 'base64'),
  });
  const rpcStatus =
    expected.body === undefined ? undefined : (tryParse(expected.body) as { code: number; message: string });
  return first(
    expected.http === undefined ? undefined : differs('HTTP status', status, expected.http),
    rpcStatus === undefined ? undefined : differs('code', problem.code, codeName(rpcStatus.code)),
    rpcStatus === undefined ? undefined : differs('message', problem.detail, rpcStatus.message),
  );
}

/** field1 (number 1, unknown to the schema) of 32 KiB, then field2 and field3. */
function bigBook(): Uint8Array {
  const field = (number: number, text: string): Buffer => {
    const length =
      text.length < 128
        ? [text.length]
        : [(text.length & 0x7f) | 0x80, ((text.length >> 7) & 0x7f) | 0x80, text.length >> 14];
    return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), Buffer.from(text)]);
  };
  return Buffer.concat([field(1, 'x'.repeat(32 * 1024)), field(2, 'field2_value'), field(3, 'field3_value')]);
}
