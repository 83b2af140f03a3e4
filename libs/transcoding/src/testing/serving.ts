import type { FileRegistry } from '@bufbuild/protobuf';
import { createCodec, type Codec } from '../json/codec.js';
import { RequestDecoder } from '../request/request-decoder.js';
import { ResponseEncoder } from '../response/response-encoder.js';
import { compileRoutes, type CompileOptions } from '../routes/compile-routes.js';
import type { Route, RouteTable } from '../routes/route.js';
import { Router } from '../router/router.js';
import { TranscodingError } from '../transcoding-error.js';
import { contract, type ContractText } from './contract.js';

/** A request in a line. */
export interface RequestText {
  readonly method?: string;
  readonly target: string;
  readonly body?: string | Uint8Array;
  readonly contentType?: string;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
}

/** The status, the reason, and the fields of the violations. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly string[];
}

/** A contract being served, without HTTP around it. */
export class Serving {
  readonly registry: FileRegistry;
  readonly table: RouteTable;
  readonly router: Router;
  readonly codec: Codec;
  readonly encoder: ResponseEncoder;
  private readonly decoder: RequestDecoder;

  constructor(text: ContractText, options: CompileOptions = {}) {
    this.registry = contract(text);
    this.table = compileRoutes(this.registry, options);
    this.router = new Router(this.table);
    this.codec = createCodec(this.registry, { alwaysEmitImplicit: false });
    this.decoder = new RequestDecoder(this.table);
    this.encoder = new ResponseEncoder(this.table);
  }

  /** The request message of a request, in wire format. */
  decode(request: RequestText): { route: Route; bytes: Uint8Array } {
    const { method = request.body === undefined ? 'GET' : 'POST', target, body } = request;
    const [path = '', query = ''] = target.split(/\?(.*)/s);
    const match = this.router.match(method, path);
    if (match.kind !== 'match') throw new Error(`${method} ${target}: ${match.kind}`);
    const parts = {
      values: match.values,
      query,
      body: typeof body === 'string' ? Buffer.from(body) : body,
      contentType: request.contentType ?? (body === undefined ? undefined : 'application/json'),
      ifMatch: request.ifMatch,
      ifNoneMatch: request.ifNoneMatch,
    };
    return { route: match.route, bytes: this.decoder.decode(match.route, parts) };
  }

  /** A later message of a client stream. */
  next(route: Route, body: string): Uint8Array {
    return this.decoder.decodeNext(route, Buffer.from(body));
  }

  /** The request message of a request, as the canonical JSON of what is on the wire. */
  message(request: RequestText): unknown {
    const { route, bytes } = this.decode(request);
    return JSON.parse(this.codec.encodeJson(route.rpc.input, bytes).toString()) as unknown;
  }

  /** Why a request is refused. */
  refusal(request: RequestText): Refusal | undefined {
    return refusalOf(() => this.decode(request));
  }
}

/** How a call is refused, by the parts of its TranscodingError that programs read; undefined where it is not. */
export function refusalOf(run: () => unknown): Refusal | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof TranscodingError)) throw error;
    return {
      status: error.httpStatus,
      reason: error.reason,
      fields: error.violations.map(({ field }) => field),
    };
  }
}
