import type { DescField, DescMethod, FileRegistry } from '@bufbuild/protobuf';
import type { PrintOptions } from '../json/print-options.js';
import type { Template } from './template.js';

/** A path variable with the fields that its path names, outermost first. */
export interface RouteVariable {
  /** Dotted proto names. */
  readonly name: string;
  readonly fields: readonly DescField[];
  readonly start: number;
  readonly end: number;
  readonly singleSegment: boolean;
}

/** Where the HTTP request body goes: nowhere, into the whole request message, or into one field. */
export type RouteBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'message' }
  | { readonly kind: 'field'; readonly fields: readonly DescField[] };

/** How much of a multi-segment variable is percent-decoded. http.proto: all but the slash. */
export type MultiSegmentDecoding = 'all-except-slash' | 'all-except-reserved' | 'all';

/** The leniencies of a route. All are off unless named. */
export interface RouteOptions {
  /** Query parameters that name no field are skipped instead of 400. */
  readonly ignoreUnknownParameters?: boolean;
  /** JSON members that name no field, and enum names that are none, are skipped instead of 400. */
  readonly ignoreUnknownFields?: boolean;
  /** A request body on a rule that has none is skipped instead of 400. */
  readonly ignoreUnexpectedBody?: boolean;
  /** Query parameters that are for the gateway itself and never reach the request message. */
  readonly systemParameters?: readonly string[];
  readonly multiSegmentDecoding?: MultiSegmentDecoding;
  /** A `+` in a query is a plus and no space: it is one for Envoy, and for those who call through it. */
  readonly literalPlus?: boolean;
}

/** One HTTP binding of one RPC: what the router finds and the codecs work by. */
export interface Route {
  readonly rpc: DescMethod;
  /** `package.Service.Method`. */
  readonly rpcName: string;
  /** The `:path` of the gRPC call, `/package.Service/Method`. */
  readonly grpcPath: string;
  /** 0 for the rule itself, then its additional bindings. */
  readonly binding: number;
  /** Upper-case HTTP method, `*` for every method. */
  readonly method: string;
  readonly template: Template;
  readonly variables: readonly RouteVariable[];
  readonly body: RouteBody;
  /** The field that is the HTTP response body; undefined for the whole response message. */
  readonly responseField: DescField | undefined;
  readonly options: RouteOptions;
}

/** Everything that is derived from a descriptor set: made once, immutable, replaced as a whole. */
export interface RouteTable {
  readonly registry: FileRegistry;
  /** In the order of files, services, methods and bindings. */
  readonly routes: readonly Route[];
  readonly print: PrintOptions;
  /** A last segment with a colon is never the value of a wildcard, see `CompileOptions.strictVerbs`. */
  readonly strictVerbs: boolean;
}
