/** Which headers cross the gateway besides those that it reads and writes itself, by lower-case name. */
export interface HeaderPolicy {
  /** Request headers that become metadata of the same name. */
  readonly forward: readonly string[];
  /** Metadata of replies that becomes headers of the same name. */
  readonly expose: readonly string[];
}

const NAME = /^[a-z0-9][a-z0-9_.-]*$/;

/** Names that the gateway gives a meaning of its own, or that say who calls: no setting lets them through. */
const NEVER_FORWARDED =
  /^(?:grpc-.*|proxy-.*|x-forwarded-.*|forwarded|authorization|cookie|dpop|x-api-key|sec-.*|origin|host|connection|te|trailer|upgrade|keep-alive|transfer-encoding|content-(?:type|encoding|length)|accept-encoding|expect|traceparent|tracestate|user-agent|client-user-agent|x-client-address|x-real-ip|x-request-id|x-request-timeout)$/;

/** Names of headers that frame, secure or describe an answer, which is the gateway's to do. */
const NEVER_EXPOSED =
  /^(?:grpc-.*|access-control-.*|content-(?!language$).*|x-content-type-options|strict-transport-security|cross-origin-.*|referrer-policy|set-cookie|connection|date|etag|keep-alive|retry-after|trailer|transfer-encoding|upgrade|vary|www-authenticate|x-request-id)$/;

/** Whether a setting may let a request header through. */
export function mayForward(name: string): boolean {
  return NAME.test(name) && !NEVER_FORWARDED.test(name);
}

/** Whether a setting may let metadata of a reply through. */
export function mayExpose(name: string): boolean {
  return NAME.test(name) && !NEVER_EXPOSED.test(name);
}
