import { toStatusObject } from '@gatehouse/errors';
import type { Logger } from '@gatehouse/telemetry';
import { createCodec, type RouteTable } from '@gatehouse/transcoding';
import { toCallFailure } from '../calls/call-failure.js';
import type { CallForwarder } from '../calls/call-forwarder.js';
import type { PublicMethod } from '../calls/public-methods.js';
import type { BodyMemory } from '../http/body-memory.js';
import { challengeOf } from '../http/challenge.js';
import type { PageAccess } from '../http/cors-policy.js';
import type { Exchange } from '../http/exchange.js';
import type { Intake } from '../http/intake.js';
import { noteRefusal, sendProblem } from '../http/send-problem.js';
import { gatewayReasons } from '../reasons.js';
import { answerIn } from './call-answer.js';
import { callFormOf, callTypes, fits, type CallForm } from './call-form.js';
import { HttpCall, type HttpCallTools } from './http-call.js';

/** What calls over HTTP/1.1 are served with. */
export interface HttpCallsOptions {
  readonly table: Pick<RouteTable, 'registry' | 'print'>;
  readonly methods: ReadonlyMap<string, PublicMethod>;
  readonly forwarder: CallForwarder;
  readonly intake: Pick<Intake, 'admit'>;
  readonly cors: PageAccess;
  /** What the bodies of all requests have. */
  readonly memory: BodyMemory;
  readonly log: Logger;
}

/** The headers of gRPC-Web and Connect that a page may send, besides those of REST. */
const OWN_HEADERS = ['connect-protocol-version', 'connect-timeout-ms', 'x-grpc-web', 'x-user-agent'];

const METHODS = 'OPTIONS, POST';

/** The code of a call whose caller went. */
const CALLER_GONE = 'CANCELLED';

/**
 * Serves calls by the names of their methods over HTTP/1.1, for pages most of all: those of gRPC-Web and of Connect. What a
 * request is shows in its path and type alone.
 */
export class HttpCalls {
  readonly #options: HttpCallsOptions;
  readonly #tools: HttpCallTools;

  constructor(options: HttpCallsOptions) {
    const { table, memory } = options;
    this.#options = options;
    this.#tools = { codec: createCodec(table.registry, table.print), memory };
  }

  /** Answers a request that is a call, or asks about one; false, and nothing done, for any other. */
  serve(exchange: Exchange): boolean {
    const { request } = exchange;
    const method = this.#methodOf(exchange);
    if (request.method === 'OPTIONS' && method !== undefined) {
      this.#answerOptions(exchange);
      return true;
    }
    const form = this.#formOf(exchange, method);
    if (request.method !== 'POST' || (form === undefined && method === undefined)) return false;
    if (method !== undefined) exchange.route = exchange.grpcPath = method.path;
    if (form === undefined || (method !== undefined && !fits(form, method.rpc.methodKind))) {
      exchange.setHeader('accept-post', callTypes.join(', '));
      sendProblem(exchange, gatewayReasons.CONTENT_TYPE_UNSUPPORTED(), this.#options.log);
    } else if (method === undefined) this.#refuse(exchange, form, gatewayReasons.METHOD_UNKNOWN());
    else void this.#answer(exchange, method, form);
    return true;
  }

  /** Refuses a request in its own form; false, and nothing done, for one that is no call. */
  refuse(exchange: Exchange, error: unknown): boolean {
    const form = this.#formOf(exchange, this.#methodOf(exchange));
    if (exchange.request.method !== 'POST' || form === undefined) return false;
    this.#refuse(exchange, form, error);
    return true;
  }

  #methodOf({ rawPath, query }: Exchange): PublicMethod | undefined {
    return query === '' ? this.#options.methods.get(rawPath) : undefined;
  }

  /** JSON for a path that names no method is of REST. */
  #formOf({ request }: Exchange, method: PublicMethod | undefined): CallForm | undefined {
    const form = callFormOf(request.headers['content-type']);
    const isRest = method === undefined && form?.contentType === 'application/json';
    return isRest ? undefined : form;
  }

  async #answer(exchange: Exchange, method: PublicMethod, form: CallForm): Promise<void> {
    const { forwarder, intake } = this.#options;
    const place = (exchange.place = intake.admit(exchange.request));
    const answer = answerIn(form, exchange);
    try {
      await forwarder.forward(new HttpCall(exchange, method, form, answer, this.#tools));
      exchange.grpcCode = 'OK';
      answer.end(undefined);
    } catch (thrown) {
      this.#refuse(exchange, form, thrown, answer);
    } finally {
      place.leave();
    }
  }

  #refuse(exchange: Exchange, form: CallForm, thrown: unknown, answer = answerIn(form, exchange)): void {
    if (exchange.response.destroyed) {
      exchange.grpcCode = CALLER_GONE;
      return;
    }
    const { status, problem, retryAfterSeconds } = noteRefusal(exchange, thrown, this.#options.log);
    if (form.protocol === 'connect') {
      const challenge = challengeOf(problem, exchange.credential);
      if (challenge !== undefined) exchange.setHeader('www-authenticate', challenge);
      if (retryAfterSeconds !== undefined)
        exchange.setHeader('retry-after', String(Math.ceil(retryAfterSeconds)));
    }
    answer.end({ status: toStatusObject(toCallFailure(thrown)), httpStatus: status });
  }

  /** The methods of a path, and a preflight's answer (Fetch, section 3.2.2). No credential is read. */
  #answerOptions(exchange: Exchange): void {
    const { cors } = this.#options;
    const { origin = '', 'access-control-request-method': requestMethod } = exchange.request.headers;
    const head = ['allow', METHODS];
    if (requestMethod === 'POST' && cors.origins.includes(origin)) {
      head.push('access-control-allow-methods', METHODS);
      head.push('access-control-allow-headers', [...cors.headers, ...OWN_HEADERS].join(', '));
      head.push('access-control-max-age', String(cors.maxAgeSeconds));
    }
    exchange.writeHead(204, head);
    exchange.response.end();
  }
}
