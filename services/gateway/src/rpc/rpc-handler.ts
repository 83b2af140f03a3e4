import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import type { MethodRule } from '@gatehouse/access';
import { MAX_CALL_MS } from '@gatehouse/grpc';
import type { Logger } from '@gatehouse/telemetry';
import {
  corsMethods,
  headersOfMetadata,
  isHttpBodyResponse,
  preflightHeaders,
  RequestDecoder,
  ResponseEncoder,
  Router,
  type CorsPolicy,
  type Route,
} from '@gatehouse/transcoding';
import type { Exchange } from '../http/exchange.js';
import type { HeaderPolicy } from '../http/header-policy.js';
import { takesType } from '../http/weights.js';
import { gatewayReasons } from '../reasons.js';
import type { Reply, ReplyMetadata, Upstream, UpstreamCall } from '../upstream/upstream.js';
import type { Admission } from './admission.js';
import type { BodyLimits } from './body-limits.js';
import { callMetadata } from './call-metadata.js';
import { timeoutOf } from './deadline.js';
import { RequestReader, type FoundRoute } from './request-reader.js';
import type { RestContract } from './rest-contract.js';
import { sendReply } from './send-reply.js';
import { sendStream } from './send-stream.js';
import { streamFormOf } from './stream-form.js';

/** What a handler works with. */
export interface RpcHandlerOptions {
  readonly contract: RestContract;
  readonly admission: Admission;
  readonly upstream: Upstream;
  readonly cors: CorsPolicy;
  readonly headers: HeaderPolicy;
  readonly limits: BodyLimits;
  readonly log: Logger;
}

/** A route whose caller may call it, and what goes with the call. */
interface AdmittedRoute extends FoundRoute {
  readonly rule: MethodRule;
  readonly metadata: UpstreamCall['metadata'];
}

/** For answers that are public and change nothing, such as the key set: shorter than verifiers keep keys. */
const PUBLIC_READ = 'public, max-age=60';

/** How long a call may take unless its caller says otherwise, in milliseconds. */
const DEFAULT_CALL_MS = 10_000;

/** Serves the routes of the contract: route, access, request messages, call, answer. */
export class RpcHandler {
  readonly #options: RpcHandlerOptions;
  readonly #router: Router;
  readonly #reader: RequestReader;
  readonly #encoder: ResponseEncoder;

  constructor(options: RpcHandlerOptions) {
    const { table } = options.contract;
    this.#options = options;
    this.#router = new Router(table);
    this.#reader = new RequestReader(new RequestDecoder(table), options.limits);
    this.#encoder = new ResponseEncoder(table);
  }

  /** @throws AppError and TranscodingError, before anything is written */
  async handle(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    if (request.method === 'OPTIONS') return this.#answerOptions(exchange);
    const found = this.#find(exchange);
    const { route } = found;
    const rule = this.#ruleOf(route);
    const claims = await this.#options.admission.identify(rule, request.headers.authorization);
    exchange.subject = claims?.subject;
    this.#options.admission.authorize(rule, claims);
    const metadata = callMetadata(exchange, claims !== undefined, this.#options.headers.forward);
    await this.#call(exchange, { ...found, rule, metadata });
  }

  #find(exchange: Exchange): FoundRoute {
    const { request, response, rawPath } = exchange;
    const match = this.#router.match(request.method ?? '', rawPath);
    if (match.kind === 'not-found') throw gatewayReasons.ROUTE_UNKNOWN();
    if (match.kind === 'method-not-allowed') {
      response.setHeader('allow', corsMethods(this.#router, rawPath).join(', '));
      throw gatewayReasons.METHOD_NOT_ALLOWED();
    }
    exchange.route = match.route.template.text;
    exchange.grpcPath = match.route.grpcPath;
    return match;
  }

  #ruleOf({ grpcPath }: Route): MethodRule {
    const rule = this.#options.contract.rules.get(grpcPath);
    if (!rule) throw new Error(`${grpcPath} has no rule`);
    return rule;
  }

  async #call(exchange: Exchange, found: AdmittedRoute): Promise<void> {
    const { upstream, log } = this.#options;
    const { headers } = exchange.request;
    const { route, metadata } = found;
    const path = route.grpcPath;
    const kind = route.rpc.methodKind;
    const timeoutMs = timeoutOf(headers, kind === 'unary' ? DEFAULT_CALL_MS : MAX_CALL_MS);
    const callFromNow = () => ({ path, metadata, deadline: Date.now() + timeoutMs });
    if (kind === 'server_streaming') {
      const form = streamFormOf(route, headers.accept, this.#encoder);
      const request = await this.#reader.message(exchange, found);
      const stream = upstream.serverStream({ ...callFromNow(), request });
      const onHead = () => this.#setHeaders(exchange, found.rule, stream.metadata);
      return sendStream(exchange, stream, { form, log, onHead });
    }
    if (!isHttpBodyResponse(route) && !takesType(headers.accept, 'application/json')) {
      throw gatewayReasons.NOT_ACCEPTABLE();
    }
    if (kind === 'client_streaming') {
      const requests = this.#reader.messages(exchange, found);
      return this.#answer(exchange, found, await upstream.clientStream({ ...callFromNow(), requests }));
    }
    const request = await this.#reader.message(exchange, found);
    return this.#answer(exchange, found, await upstream.unary({ ...callFromNow(), request }));
  }

  #answer(exchange: Exchange, { route, rule }: AdmittedRoute, { message, metadata }: Reply): Promise<void> {
    const encoded = this.#encoder.encode(route, message);
    this.#setHeaders(exchange, rule, metadata);
    return sendReply(exchange, encoded);
  }

  #setHeaders({ response }: Exchange, rule: MethodRule, metadata: ReplyMetadata): void {
    if (isPublicRead(rule)) response.setHeader('cache-control', PUBLIC_READ);
    const { expose } = this.#options.headers;
    if (expose.length === 0) return;
    for (const [name, value] of headersOfMetadata(metadata, { allow: expose }))
      response.setHeader(name, value);
  }

  /** The methods of a path, and a preflight's answer (Fetch, section 3.2.2). No credential is read. */
  #answerOptions({ request, response, rawPath }: Exchange): void {
    const methods = corsMethods(this.#router, rawPath);
    if (methods.length === 0) throw gatewayReasons.ROUTE_UNKNOWN();
    const { origin, 'access-control-request-method': requestMethod } = request.headers;
    const isPreflight = origin !== undefined && requestMethod !== undefined;
    const headers =
      isPreflight && preflightHeaders(this.#router, { rawPath, origin, requestMethod }, this.#options.cors);
    response.writeHead(204, { allow: methods.join(', '), ...(headers || {}) });
    response.end();
  }
}

function isPublicRead({ access, method }: MethodRule): boolean {
  return access === 'public' && method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
}
