import type { DescField, DescMethod } from '@bufbuild/protobuf';
import type { AccessOf } from '../routes/access-table.js';

/** A JSON value that is an object; the shape of everything in an OpenAPI document. */
export type JsonObject = { readonly [key: string]: unknown };

/** An error that an RPC may answer, for the examples of the document. */
export interface DocumentedError {
  /** The gRPC code number. */
  readonly code: number;
  /** UPPER_SNAKE. */
  readonly reason: string;
  readonly message: string;
}

/** What an OpenAPI document says beyond the contract. */
export interface OpenApiOptions {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly servers?: readonly { readonly url: string; readonly description?: string }[];
  /** Security schemes by name (OpenAPI 3.1, Security Scheme Object). Each alone suffices for a method that is not public, unless its rule names those that do. */
  readonly securitySchemes?: Readonly<Record<string, JsonObject>>;
  /** The access rules; without it the document has no security. */
  readonly accessOf?: AccessOf;
  /** The errors of an RPC, with their reasons as examples. */
  readonly errorsOf?: (rpc: DescMethod) => readonly DocumentedError[];
  /** JSON Schema keywords for the constraints of a field, in whatever language the contract writes them. */
  readonly constraintsOf?: (field: DescField) => JsonObject | undefined;
}
