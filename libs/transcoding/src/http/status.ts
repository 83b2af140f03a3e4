/** The canonical gRPC codes (google/rpc/code.proto). */
export const Code = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

const NAMES = Object.keys(Code) as (keyof typeof Code)[];
const HTTP = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

/** The name of a gRPC code number, `UNKNOWN` for a number that is none. */
export function codeName(code: number): keyof typeof Code {
  return NAMES[code] ?? 'UNKNOWN';
}

/**
 * The HTTP status of a gRPC code by the mapping of google/rpc/code.proto; 500 for a number that is no code.
 * With `preconditioned` (the caller sent If-Match), ABORTED and FAILED_PRECONDITION answer 412, which
 * code.proto permits and RFC 9110 section 13.1.1 asks for.
 */
export function httpStatusOf(code: number, preconditioned = false): number {
  if (preconditioned && (code === Code.ABORTED || code === Code.FAILED_PRECONDITION)) return 412;
  return HTTP[code] ?? 500;
}
