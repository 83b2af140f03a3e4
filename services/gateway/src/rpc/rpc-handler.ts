import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import type { MethodRule } from '@gatehouse/access';
import {
  corsMethods,
  matchesIfNoneMatch,
  preflightHeaders,
  RequestDecoder,
  ResponseEncoder,
  Router,
  type CorsPolicy,
  type EncodedResponse,
  type Route,
} from '@gatehouse/transcoding';
import type { Exchange } from '../http/exchange.js';
import { readBody } from '../http/read-body.js';
import { gatewayReasons } from '../reasons.js';
import type { Upstream } from '../upstream/upstream.js';
import type { Admission } from './admission.js';
import { callMetadata } from './call-metadata.js';
import { timeoutOf } from './deadline.js';
import type { RestContract } from './rest-contract.js';

/** For answers that are public and change nothing, such as the key set: shorter than verifiers keep keys. */
const PUBLIC_READ = 'public, max-age=60';

/** Serves the routes of the contract: route, access, request message, call, answer. */
export class RpcHandler {
  readonly #rules: RestContract['rules'];
  readonly #router: Router;
  readonly #decoder: RequestDecoder;
  readonly #encoder: ResponseEncoder;

  constructor(
    { table, rules }: RestContract,
    private readonly admission: Admission,
    private readonly upstream: Upstream,
    private readonly cors: CorsPolicy,
  ) {
    this.#rules = rules;
    this.#router = new Router(table);
    this.#decoder = new RequestDecoder(table);
    this.#encoder = new ResponseEncoder(table);
  }

  /** @throws AppError and TranscodingError, before anything is written */
  async handle(exchange: Exchange): Promise<void> {
    const { request, rawPath } = exchange;
    const { method = '' } = request;
    if (method === 'OPTIONS') return this.#answerOptions(exchange);
    const match = this.#router.match(method, rawPath);
    if (match.kind === 'not-found') throw gatewayReasons.ROUTE_UNKNOWN();
    if (match.kind === 'method-not-allowed') {
      exchange.response.setHeader('allow', corsMethods(this.#router, rawPath).join(', '));
      throw gatewayReasons.METHOD_NOT_ALLOWED();
    }
    const { route, values } = match;
    exchange.route = route.template.text;
    exchange.grpcPath = route.grpcPath;
    const rule = this.#ruleOf(route);
    const claims = await this.admission.identify(rule, request.headers.authorization);
    exchange.subject = claims?.subject;
    this.admission.authorize(rule, claims);
    const timeoutMs = timeoutOf(request.headers);
    const message = await this.#requestMessage(exchange, route, values);
    const reply = await this.upstream.unary({
      path: route.grpcPath,
      request: message,
      metadata: callMetadata(exchange, claims !== undefined),
      deadline: Date.now() + timeoutMs,
    });
    send(exchange, this.#encoder.encode(route, reply), isPublicRead(rule) ? PUBLIC_READ : undefined);
  }

  #ruleOf({ grpcPath }: Route): MethodRule {
    const rule = this.#rules.get(grpcPath);
    if (!rule) throw new Error(`${grpcPath} has no rule`);
    return rule;
  }

  async #requestMessage(
    { request, response, query }: Exchange,
    route: Route,
    values: readonly string[],
  ): Promise<Uint8Array> {
    const body = await readBody(request, response);
    const { 'content-type': contentType, 'if-match': ifMatch } = request.headers;
    return this.#decoder.decode(route, { values, query, body, contentType, ifMatch });
  }

  /** The methods of a path, and a preflight's answer (Fetch, section 3.2.2). No credential is read. */
  #answerOptions({ request, response, rawPath }: Exchange): void {
    const methods = corsMethods(this.#router, rawPath);
    if (methods.length === 0) throw gatewayReasons.ROUTE_UNKNOWN();
    const { origin, 'access-control-request-method': requestMethod } = request.headers;
    const isPreflight = origin !== undefined && requestMethod !== undefined;
    const headers =
      isPreflight && preflightHeaders(this.#router, { rawPath, origin, requestMethod }, this.cors);
    response.writeHead(204, { allow: methods.join(', '), ...(headers || {}) });
    response.end();
  }
}

function isPublicRead({ access, method }: MethodRule): boolean {
  return access === 'public' && method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
}

function send(exchange: Exchange, encoded: EncodedResponse, cacheControl: string | undefined): void {
  const { request, response } = exchange;
  const { etag, contentType } = encoded;
  exchange.grpcCode = 'OK';
  if (etag !== undefined) response.setHeader('etag', etag);
  if (cacheControl !== undefined) response.setHeader('cache-control', cacheControl);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const ifNoneMatch = request.headers['if-none-match'];
  if (isRead && ifNoneMatch !== undefined && matchesIfNoneMatch(ifNoneMatch, etag)) {
    response.writeHead(304).end();
    return;
  }
  const body = typeof encoded.body === 'string' ? Buffer.from(encoded.body) : encoded.body;
  response.writeHead(200, { 'content-type': contentType, 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}
