import {
  isJsonStreamContentType,
  JsonSplitter,
  type RequestDecoder,
  type RequestParts,
  type Route,
} from '@gatehouse/transcoding';
import type { BodyMemory } from '../http/body-memory.js';
import { resourceTags } from '../http/content-coding.js';
import type { Exchange } from '../http/exchange.js';
import { hasBody, readBody, splitBody, streamBody } from '../http/read-body.js';
import { gatewayReasons } from '../reasons.js';
import { isRawBody, MAX_JSON_BYTES, type BodyLimits } from './body-limits.js';

/** A route and the values of its path variables. */
export interface FoundRoute {
  readonly route: Route;
  readonly values: readonly string[];
}

/** Makes request messages of requests. Everything throws AppError or TranscodingError. */
export class RequestReader {
  /** @param memory of the bodies of all requests */
  constructor(
    private readonly decoder: RequestDecoder,
    private readonly limits: BodyLimits,
    private readonly memory: BodyMemory,
  ) {}

  /** The one message of a request, in wire format; at once when there is no body to wait for. */
  message(exchange: Exchange, found: FoundRoute): Uint8Array | Promise<Uint8Array> {
    if (hasBody(exchange.request)) return this.#withBody(exchange, found);
    return this.decoder.decode(found.route, partsOf(exchange, found));
  }

  async #withBody(exchange: Exchange, found: FoundRoute): Promise<Uint8Array> {
    const { request, response } = exchange;
    const body = await readBody(request, response, this.limits.of(found.route), this.memory);
    return this.decoder.decode(found.route, partsOf(exchange, found, body));
  }

  /**
   * The messages of an upload while it arrives: of raw bytes each piece, of NDJSON or a JSON array each value. Path
   * and query are in the first one; an upload that is empty has it alone, if they say anything.
   */
  async *messages(exchange: Exchange, found: FoundRoute): AsyncGenerator<Uint8Array> {
    const { route, values } = found;
    let isFirst = true;
    for await (const body of isRawBody(route)
      ? this.#pieces(exchange, route)
      : this.#values(exchange, route)) {
      yield isFirst
        ? this.decoder.decode(route, partsOf(exchange, found, body))
        : this.decoder.decodeNext(route, body);
      isFirst = false;
    }
    if (isFirst && (values.length > 0 || exchange.query !== '')) {
      yield this.decoder.decode(route, partsOf(exchange, found, undefined));
    }
  }

  #pieces({ request, response }: Exchange, route: Route): AsyncGenerator<Uint8Array> {
    return streamBody(request, response, this.limits.of(route));
  }

  async *#values(exchange: Exchange, route: Route): AsyncGenerator<Uint8Array> {
    const { request, response } = exchange;
    if (!hasBody(request)) return;
    requireJsonStream(request.headers['content-type']);
    const maxBytes = this.limits.of(route);
    const splitter = new JsonSplitter(Math.min(MAX_JSON_BYTES, maxBytes));
    const split = (piece: Buffer) => splitter.push(piece);
    const values = splitBody(request, response, { maxBytes, memory: this.memory, split });
    for await (const value of values) yield Buffer.from(value);
    for (const value of splitter.end()) yield Buffer.from(value);
  }
}

function partsOf(exchange: Exchange, { route, values }: FoundRoute, body?: Uint8Array): RequestParts {
  const { query, request } = exchange;
  const { 'content-type': given, 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  // The values of a stream of JSON are JSON each; its own type is checked as a whole.
  const isJsonValue = route.rpc.methodKind === 'client_streaming' && !isRawBody(route);
  const contentType = isJsonValue ? 'application/json' : given;
  return {
    values,
    query,
    body,
    contentType,
    ifMatch: ifMatch === undefined ? undefined : resourceTags(ifMatch),
    ifNoneMatch,
  };
}

function requireJsonStream(contentType: string | undefined): void {
  if (contentType !== undefined && isJsonStreamContentType(contentType)) return;
  throw gatewayReasons.CONTENT_TYPE_UNSUPPORTED();
}
