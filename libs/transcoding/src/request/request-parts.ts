/** What of an HTTP request becomes the request message. */
export interface RequestParts {
  /** The values of a `match` of the router. */
  readonly values: readonly string[];
  /** The query without its "?", still encoded. */
  readonly query: string;
  /** The whole body; absent or empty for none. */
  readonly body?: Uint8Array;
  /** The Content-Type header. */
  readonly contentType?: string;
  /** The If-Match header. */
  readonly ifMatch?: string;
  /** The If-None-Match header. */
  readonly ifNoneMatch?: string;
}
