/** How replies are printed. One configuration for a route table: the OpenAPI document is made from the same. */
export interface PrintOptions {
  /**
   * Print fields without presence that hold their default (`""`, `0`, `false`, `[]`, `{}`), as grpc-gateway
   * and ASP.NET do, so that a client need not know which fields may be absent. Default true.
   */
  readonly alwaysEmitImplicit: boolean;
  /** Print `display_name` rather than `displayName`. Default false. */
  readonly protoFieldNames: boolean;
  /** Print enums as numbers rather than names. Default false. */
  readonly enumsAsNumbers: boolean;
}

/** The defaults of `PrintOptions`. */
export const DEFAULT_PRINT: PrintOptions = {
  alwaysEmitImplicit: true,
  protoFieldNames: false,
  enumsAsNumbers: false,
};
