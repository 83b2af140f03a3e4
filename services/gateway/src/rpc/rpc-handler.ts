import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import type { MethodRule } from '@gatehouse/access';
import { AppError, platformReasons } from '@gatehouse/errors';
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
import type { CrossSite } from '../credential/cross-site.js';
import { readCredential, type PresentedCredential } from '../credential/presented-credential.js';
import { endedSessionCookie } from '@gatehouse/session-cookie';
import type { Admission, Caller } from './admission.js';
import type { BodyLimits } from './body-limits.js';
import { CallBudget } from './call-budget.js';
import { callMetadata } from './call-metadata.js';
import { timeoutOf } from './deadline.js';
import type { RefusalAudit } from './record-refusals.js';
import { RequestReader, type FoundRoute } from './request-reader.js';
import type { RestContract } from './rest-contract.js';
import { sendReply } from './send-reply.js';
import { sendStream } from './send-stream.js';
import { streamFormOf } from './stream-form.js';

/** What a handler works with. */
export interface RpcHandlerOptions {
  readonly contract: RestContract;
  readonly admission: Admission;
  readonly refusals: Pick<RefusalAudit, 'refused'>;
  readonly upstream: Upstream;
  readonly cors: CorsPolicy;
  readonly crossSite: CrossSite;
  readonly headers: HeaderPolicy;
  readonly limits: BodyLimits;
  readonly log: Logger;
}

/** A route whose caller may call it. */
interface AdmittedRoute extends FoundRoute {
  readonly rule: MethodRule;
  /** Undefined for a public method. */
  readonly caller: Caller | undefined;
  readonly budget: CallBudget;
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
    const credential = this.#credentialOf(exchange, rule);
    const { admission } = this.#options;
    const longestMs = route.rpc.methodKind === 'unary' ? DEFAULT_CALL_MS : MAX_CALL_MS;
    const budget = new CallBudget(timeoutOf(request.headers, longestMs));
    const caller = await budget.wait(admission.identify(rule, credential, exchange));
    exchange.subject = caller?.claims.subject;
    this.#authorize(rule, caller, exchange);
    await this.#call(exchange, { ...found, rule, caller, budget });
  }

  #authorize(rule: MethodRule, caller: Caller | undefined, exchange: Exchange): void {
    const { admission, refusals } = this.#options;
    try {
      admission.authorize(rule, caller?.claims);
    } catch (error) {
      if (caller && error instanceof AppError) refusals.refused(rule, caller.claims.subject, exchange, error);
      throw error;
    }
  }

  /** A public method reads no credential, but its reply may give the browser one. */
  #credentialOf(exchange: Exchange, { access, path }: MethodRule): PresentedCredential | undefined {
    const { request } = exchange;
    const { contract, crossSite } = this.#options;
    const credential = access === 'public' ? undefined : readCredential(request.headers);
    exchange.credential = credential?.form;
    if (credential?.form === 'session' || contract.cookies.has(path)) crossSite.check(request);
    return credential;
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
    const { route, caller, budget } = found;
    const path = route.grpcPath;
    const kind = route.rpc.methodKind;
    const callOf = (by: Caller | undefined): UpstreamCall => {
      const metadata = callMetadata(exchange, by?.accessToken, this.#options.headers.forward);
      return { path, metadata, deadline: budget.deadline };
    };
    if (kind === 'server_streaming') {
      const form = streamFormOf(route, headers.accept, this.#encoder);
      const request = await this.#reader.message(exchange, found);
      // It lasts while there is nothing to do for it.
      exchange.place?.leave();
      return this.#asCaller(found, (by) => {
        const stream = upstream.serverStream({ ...callOf(by), request });
        const onHead = () => this.#setHeaders(exchange, found.rule, stream.metadata);
        return sendStream(exchange, stream, { form, log, onHead });
      });
    }
    if (!isHttpBodyResponse(route) && !takesType(headers.accept, 'application/json')) {
      throw gatewayReasons.NOT_ACCEPTABLE();
    }
    if (kind === 'client_streaming') {
      const requests = this.#reader.messages(exchange, found);
      const reply = await upstream.clientStream({ ...callOf(caller), requests }).catch((error: unknown) => {
        if (isRefusedByGuard(error)) caller?.exchanged?.forget();
        throw error;
      });
      return this.#answer(exchange, found, reply);
    }
    const request = await this.#reader.message(exchange, found);
    const reply = await this.#asCaller(found, (by) => upstream.unary({ ...callOf(by), request }));
    return this.#answer(exchange, found, reply);
  }

  /**
   * Makes a call that can be made again. A service may know before the gateway that an access token is revoked;
   * where that was exchanged for a credential, the credential is exchanged once more and the call made once more.
   * The guard refuses before a handler runs, so nothing is done twice.
   */
  async #asCaller<T>({ rule, caller, budget }: AdmittedRoute, call: (by: Caller | undefined) => Promise<T>) {
    try {
      return await call(caller);
    } catch (error) {
      if (caller?.exchanged === undefined || !isRefusedByGuard(error)) throw error;
      const renewed = await budget.wait(caller.exchanged.renew());
      this.#options.admission.authorize(rule, renewed.claims);
      return call(renewed);
    }
  }

  #answer(
    exchange: Exchange,
    { route, rule, caller }: AdmittedRoute,
    { message, metadata }: Reply,
  ): Promise<void> {
    const encoded = this.#encoder.encode(route, message);
    const cookie = this.#options.contract.cookies.get(route.grpcPath)?.headerOf(message, Date.now());
    this.#setHeaders(exchange, rule, metadata);
    if (cookie !== undefined) exchange.response.setHeader('set-cookie', cookie);
    if (cookie === endedSessionCookie) caller?.exchanged?.forget();
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

/** What guards say to every bad access token; a handler that refuses a password has a reason of its own. */
function isRefusedByGuard(error: unknown): boolean {
  const { reason, domain } = platformReasons.UNAUTHENTICATED;
  return error instanceof AppError && error.reason === reason && error.domain === domain;
}

function isPublicRead({ access, method }: MethodRule): boolean {
  return access === 'public' && method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
}
