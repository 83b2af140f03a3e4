import { isDeepStrictEqual } from 'node:util';
import { toBinary } from '@bufbuild/protobuf';
import {
  codeName,
  createCodec,
  httpBodyOf,
  isHttpBodyResponse,
  JsonSplitter,
  problemOfStatus,
  RequestDecoder,
  requireGrpcResponse,
  ResponseEncoder,
  Router,
  streamFramer,
  TranscodingError,
} from '@gatehouse/transcoding';
import type { Route, RouteMatch, RouteTable, StreamFormat } from '@gatehouse/transcoding';
import { agrees, messageOfBindings } from './binding-messages.js';
import type { Bindings } from './binding-messages.js';
import { bodyBytes, expandPath, expectationOf } from './corpus.js';
import type { CaseRequest, CaseResponse, CaseUpstream, TranscodingCase } from './corpus.js';
import { differs, first, judgeRefusal } from './outcome.js';
import type { Disagreement } from './outcome.js';

/** Takes a case from the request line to the response, as a gateway would with this upstream behind it. */
export function runExchange(testCase: TranscodingCase, table: RouteTable): Disagreement {
  const expect = expectationOf(testCase);
  const request = testCase.request as CaseRequest;
  const [path = '', query = ''] = splitTarget(expandPath(request.path));
  return judgeRefusal(expect, () => {
    const match = new Router(table).match(request.method, path);
    if (match.kind !== 'match') return judgeMiss(match, testCase);
    if (expect.matched === false) return `matched ${match.route.rpcName}`;
    return first(
      differs('RPC', match.route.rpc.name, expect.rpc),
      routesOnly(testCase) && expect.error === undefined
        ? judgeValues(match, expect.bindings ?? {})
        : judgeRequest(testCase, table, match, query),
      expect.response === undefined
        ? undefined
        : judgeResponse(testCase, table, match.route, expect.response),
    );
  });
}

type Match = RouteMatch & { kind: 'match' };

function splitTarget(target: string): [string, string] {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

function judgeMiss(match: RouteMatch, testCase: TranscodingCase): Disagreement {
  const expect = expectationOf(testCase);
  const expected = expect.error;
  // The case says that it matched and nothing of its refusal: then a miss is a difference.
  if (expect.matched !== false || expected === undefined) return `no route: ${match.kind}`;
  const actual =
    match.kind === 'method-not-allowed'
      ? { http: 405, grpc: 'UNIMPLEMENTED' }
      : { http: 404, grpc: 'NOT_FOUND' };
  const allow = match.kind === 'method-not-allowed' ? match.allow : undefined;
  const disagreement = first(
    differs('HTTP status', actual.http, expected.http),
    differs('gRPC code', actual.grpc, expected.grpc),
    expected.headers?.['allow'] === undefined
      ? undefined
      : differs('Allow', allow, expected.headers['allow']),
  );
  if (disagreement === undefined) throw new Agreed();
  return disagreement;
}

/** Ends a case that expected to be refused and was, without an exception of the library. */
export class Agreed extends Error {}

/** Cases of the router: their messages are made of strings, and their values may be what a request must not hold. */
function routesOnly(testCase: TranscodingCase): boolean {
  return (
    ['path-match', 'verb', 'percent-decoding'].includes(testCase.group) &&
    !testCase.request?.path.includes('?')
  );
}

function judgeValues(match: Match, bindings: Bindings): Disagreement {
  const values = match.route.variables.map((variable, index) => [variable.name, match.values[index]]);
  return differs('bindings', Object.fromEntries(values), bindings);
}

function judgeRequest(
  testCase: TranscodingCase,
  table: RouteTable,
  match: Match,
  query: string,
): Disagreement {
  const expect = expectationOf(testCase);
  const messages = requestMessages(testCase, table, match, query);
  const expected = expect.messages ?? (expect.bindings === undefined ? undefined : [expect.bindings]);
  if (expected === undefined || expect.error !== undefined) return undefined;
  if (messages.length !== expected.length) return `${messages.length} messages, not ${expected.length}`;
  const { input } = match.route.rpc;
  const wrong = messages.findIndex(
    (bytes, index) => !agrees(input, bytes, expected[index] as Bindings, table.registry),
  );
  if (wrong < 0) return undefined;
  const text = createCodec(table.registry, { alwaysEmitImplicit: false, protoFieldNames: true }).encodeJson(
    input,
    messages[wrong] as Uint8Array,
  );
  return `message ${wrong} is ${text}, not ${JSON.stringify(expected[wrong])}`;
}

function requestMessages(
  testCase: TranscodingCase,
  table: RouteTable,
  match: Match,
  query: string,
): Uint8Array[] {
  const request = testCase.request as CaseRequest;
  const { route, values } = match;
  const decoder = new RequestDecoder(table);
  const contentType = contentTypeOf(request);
  const decode = (body: Uint8Array | undefined): Uint8Array =>
    decoder.decode(route, { values, query, body, contentType });
  if (route.rpc.methodKind !== 'client_streaming') return [decode(bodyBytes(request.body))];
  const bodies = request.chunks?.map((chunk) => Buffer.from(chunk)) ?? streamBodies(request, contentType);
  return bodies.map((body, index) => (index === 0 ? decode(body) : decoder.decodeNext(route, body)));
}

function streamBodies(request: CaseRequest, contentType: string | undefined): Uint8Array[] {
  const body = bodyBytes(request.body) ?? new Uint8Array();
  if (contentType !== 'application/json') return [body];
  const splitter = new JsonSplitter(1_000_000);
  return [...splitter.push(body), ...splitter.end()].map((text) => Buffer.from(text));
}

/** A case that says nothing of headers sends JSON, but only where it sends something. */
function contentTypeOf(request: CaseRequest): string | undefined {
  const named = request.headers?.['content-type'];
  if (named !== undefined) return named === null ? undefined : String(named);
  return request.headers === undefined && request.body !== undefined ? 'application/json' : undefined;
}

function judgeResponse(
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
  const frames = messages.map((message) => framer.message(encoder.encodeJson(route, message)));
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
