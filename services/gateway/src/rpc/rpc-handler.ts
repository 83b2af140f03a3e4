import type { Logger } from '@gatehouse/telemetry';
import {
  corsMethods,
  headersOfMetadata,
  preflightHeaders,
  requireIfMatch,
  RequestDecoder,
  ResponseEncoder,
  Router,
  TranscodingError,
  type CorsPolicy,
  type Route,
  type RouteMatch,
} from '@gatehouse/transcoding';
import type { BodyMemory } from '../http/body-memory.js';
import { resourceTags } from '../http/content-coding.js';
import type { Exchange } from '../http/exchange.js';
import type { HeaderPolicy } from '../http/header-policy.js';
import { takesType } from '../http/weights.js';
import { gatewayReasons } from '../reasons.js';
import type { Reply, ReplyMetadata, Upstream } from '../upstream/upstream.js';
import { endedSessionCookie } from '@gatehouse/session-cookie';
import type { Caller } from './admission.js';
import type { BodyLimits } from './body-limits.js';
import { CallBudget } from './call-budget.js';
import { callMetadata } from './call-metadata.js';
import type { AdmittedCall, CallerAccess } from './caller-access.js';
import { timeoutOf } from './deadline.js';
import { RequestReader, type FoundRoute } from './request-reader.js';
import type { RestContract } from './rest-contract.js';
import { planRpcs, type RpcPlan } from './rpc-plan.js';
import { sendReply } from './send-reply.js';
import { sendStream } from './send-stream.js';
import { streamFormOf } from './stream-form.js';

/** What a handler works with. */
export interface RpcHandlerOptions {
  readonly contract: RestContract;
  readonly access: CallerAccess;
  readonly upstream: Upstream;
  readonly cors: CorsPolicy;
  readonly headers: HeaderPolicy;
  readonly limits: BodyLimits;
  /** What the bodies of all requests have. */
  readonly memory: BodyMemory;
  readonly log: Logger;
}

/** A route that was found, and what is known of serving it. */
export interface FoundRpc extends FoundRoute {
  readonly plan: RpcPlan;
}

/** A route whose caller may call it. */
interface AdmittedRpc extends FoundRpc, AdmittedCall {
  readonly plan: RpcPlan;
}

/** For answers that are public and change nothing, such as the key set: shorter than verifiers keep keys. */
const PUBLIC_READ = 'public, max-age=60';

/** Serves the routes of the contract: route, access, request messages, call, answer. */
export class RpcHandler {
  readonly #options: RpcHandlerOptions;
  readonly #plans: ReadonlyMap<Route, RpcPlan>;
  readonly #router: Router;
  readonly #reader: RequestReader;
  readonly #encoder: ResponseEncoder;

  constructor(options: RpcHandlerOptions) {
    const { table } = options.contract;
    this.#options = options;
    this.#plans = planRpcs(options.contract);
    this.#router = new Router(table);
    this.#reader = new RequestReader(new RequestDecoder(table), options.limits, options.memory);
    this.#encoder = new ResponseEncoder(table);
  }

  /** The route of a request; undefined where none is there for its method and path, or its path is no path. */
  find(exchange: Exchange): FoundRpc | undefined {
    const match = this.#match(exchange);
    if (match?.kind !== 'match') return undefined;
    const { route, values } = match;
    exchange.route = route.template.text;
    exchange.grpcPath = route.grpcPath;
    return { route, values, plan: this.#plans.get(route) as RpcPlan };
  }

  /** @throws AppError and TranscodingError, before anything is written */
  handle(exchange: Exchange, found: FoundRpc): Promise<void> {
    const { access } = this.#options;
    const { plan } = found;
    const credential = access.credentialOf(exchange, plan);
    const budget = new CallBudget(timeoutOf(exchange.request.headers, plan.defaultMs));
    const admitted = access.admit(exchange, plan, credential, budget);
    const { route, values } = found;
    const call = (caller: Caller | undefined) =>
      this.#call(exchange, { route, values, plan, caller, budget });
    return admitted instanceof Promise ? admitted.then(call) : call(admitted);
  }

  /** Says what is there for a request that {@link find} finds nothing for. @throws as {@link handle} */
  handleUnrouted(exchange: Exchange): void {
    const { request, response, rawPath } = exchange;
    if (request.method === 'OPTIONS') return this.#answerOptions(exchange);
    if (this.#router.match(request.method ?? '', rawPath).kind === 'not-found')
      throw gatewayReasons.ROUTE_UNKNOWN();
    response.setHeader('allow', corsMethods(this.#router, rawPath).join(', '));
    throw gatewayReasons.METHOD_NOT_ALLOWED();
  }

  #match({ request, rawPath }: Exchange): RouteMatch | undefined {
    try {
      return this.#router.match(request.method ?? '', rawPath);
    } catch (error) {
      if (error instanceof TranscodingError) return undefined;
      throw error;
    }
  }

  async #call(exchange: Exchange, found: AdmittedRpc): Promise<void> {
    const { access, upstream, log } = this.#options;
    const { headers } = exchange.request;
    const { route, plan, budget } = found;
    const path = route.grpcPath;
    const kind = route.rpc.methodKind;
    const metadataOf = (by: Caller | undefined) =>
      callMetadata(exchange, by?.authorization, this.#options.headers.forward);
    const { deadline } = budget;
    if (kind === 'server_streaming') {
      const form = streamFormOf(route, headers.accept, this.#encoder);
      const request = await this.#reader.message(exchange, found);
      // It lasts while there is nothing to do for it.
      exchange.place?.leave();
      return access.asCaller(found, (by) => {
        const stream = upstream.serverStream({ path, metadata: metadataOf(by), deadline, request });
        const onHead = () => this.#setHeaders(exchange, plan, stream.metadata);
        return sendStream(exchange, stream, { form, log, onHead });
      });
    }
    if (!plan.isRaw && !takesType(headers.accept, 'application/json')) {
      throw gatewayReasons.NOT_ACCEPTABLE();
    }
    if (kind === 'client_streaming') {
      const requests = this.#reader.messages(exchange, found);
      const reply = await access.asCallerOnce(found, (by) =>
        upstream.clientStream({ path, metadata: metadataOf(by), deadline, requests }),
      );
      return this.#answer(exchange, found, reply);
    }
    const message = this.#reader.message(exchange, found);
    const request = message instanceof Promise ? await message : message;
    const reply = await access.asCaller(found, (by) =>
      upstream.unary({ path, metadata: metadataOf(by), deadline, request }),
    );
    return this.#answer(exchange, found, reply);
  }

  #answer(
    exchange: Exchange,
    { route, plan, caller }: AdmittedRpc,
    { message, metadata }: Reply,
  ): Promise<void> | void {
    const encoded = this.#encoder.encode(route, message);
    const ifMatch = exchange.request.headers['if-match'];
    if (ifMatch !== undefined && route.method === 'GET') requireIfMatch(resourceTags(ifMatch), encoded.etag);
    this.#setHeaders(exchange, plan, metadata);
    const cookie = plan.cookie?.headerOf(message, Date.now());
    if (cookie !== undefined) exchange.setHeader('set-cookie', cookie);
    if (cookie === endedSessionCookie) caller?.exchanged?.forget();
    return sendReply(exchange, encoded);
  }

  /** What differs from route to route. */
  #setHeaders(exchange: Exchange, { isPublicRead }: RpcPlan, metadata: ReplyMetadata): void {
    if (isPublicRead) exchange.setHeader('cache-control', PUBLIC_READ);
    const { expose } = this.#options.headers;
    if (expose.length === 0) return;
    for (const [name, value] of headersOfMetadata(metadata, { allow: expose }))
      exchange.setHeader(name, value);
  }

  /** The methods of a path, and a preflight's answer (Fetch, section 3.2.2). No credential is read. */
  #answerOptions(exchange: Exchange): void {
    const { request, response, rawPath } = exchange;
    if (rawPath === '*') return answerServer(exchange);
    const methods = corsMethods(this.#router, rawPath);
    if (methods.length === 0) throw gatewayReasons.ROUTE_UNKNOWN();
    const { origin, 'access-control-request-method': requestMethod } = request.headers;
    const isPreflight = origin !== undefined && requestMethod !== undefined;
    const headers =
      isPreflight && preflightHeaders(this.#router, { rawPath, origin, requestMethod }, this.#options.cors);
    exchange.setCommonHeaders();
    response.writeHead(204, { allow: methods.join(', '), ...(headers || {}) });
    response.end();
  }
}

/** Who asks about the server and no path of it (RFC 9110, section 9.3.7) learns that it is there. */
function answerServer(exchange: Exchange): void {
  exchange.writeHead(204, []);
  exchange.response.end();
}
