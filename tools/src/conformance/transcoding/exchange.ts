import {
  Code,
  createCodec,
  JsonSplitter,
  RequestDecoder,
  Router,
  TranscodingError,
} from '@gatehouse/transcoding';
import type { RouteMatch, RouteTable } from '@gatehouse/transcoding';
import { agrees } from './binding-messages.js';
import type { Bindings } from './binding-messages.js';
import { bodyBytes, expandPath, expectationOf } from './corpus.js';
import type { CaseRequest, TranscodingCase } from './corpus.js';
import { differs, first, judgeRefusal } from './outcome.js';
import type { Disagreement } from './outcome.js';
import { judgeResponse } from './reply.js';

/** Takes a case from the request line to the response, as a gateway would with this upstream behind it. */
export function runExchange(testCase: TranscodingCase, table: RouteTable): Disagreement {
  const expect = expectationOf(testCase);
  const request = testCase.request as CaseRequest;
  const [path = '', query = ''] = splitTarget(expandPath(request.path));
  return judgeRefusal(expect, () => {
    const match = new Router(table).match(request.method, path);
    if (match.kind !== 'match') return refuseMiss(match, testCase);
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

/** A request that no route is for, as the refusal that a gateway makes of it. */
function refuseMiss(match: Exclude<RouteMatch, Match>, testCase: TranscodingCase): Disagreement {
  const allow = expectationOf(testCase).error?.headers?.['allow'];
  if (match.kind === 'not-found') {
    throw new TranscodingError({
      httpStatus: 404,
      code: Code.NOT_FOUND,
      reason: 'NOT_FOUND',
      message: 'no route',
    });
  }
  const disagreement = allow === undefined ? undefined : differs('Allow', match.allow, allow);
  if (disagreement !== undefined) return disagreement;
  throw new TranscodingError({
    httpStatus: 405,
    code: Code.UNIMPLEMENTED,
    reason: 'METHOD_NOT_ALLOWED',
    message: 'no method',
  });
}

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
