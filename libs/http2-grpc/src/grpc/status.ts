/** The codes that a call ends with (gRPC, statuscodes.md). */
export const Status = {
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

/** One of the codes of {@link Status}. */
export type Status = (typeof Status)[keyof typeof Status];

const CODES: ReadonlyMap<string, Status> = new Map(Object.values(Status).map((code) => [String(code), code]));

/** Reads `grpc-status`. @returns UNKNOWN for a code that there is not */
export function readStatus(text: string): Status {
  return CODES.get(text) ?? Status.UNKNOWN;
}

/** What a reply is that has another status of HTTP than 200 and no `grpc-status` (gRPC, http-grpc-status-mapping.md). */
export function statusOfHttp(status: string): Status {
  switch (status) {
    case '400':
      return Status.INTERNAL;
    case '401':
      return Status.UNAUTHENTICATED;
    case '403':
      return Status.PERMISSION_DENIED;
    case '404':
      return Status.UNIMPLEMENTED;
    case '429':
    case '502':
    case '503':
    case '504':
      return Status.UNAVAILABLE;
    default:
      return Status.UNKNOWN;
  }
}
