import { STATUS_CODES } from 'node:http';
import type { FieldViolation, TranscodingError } from '../transcoding-error.js';
import { Code, codeName, httpStatusOf } from './status.js';
import { readStatusDetails, type StatusDetails } from './status-details.js';

/** The media type of problems. */
export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** An error in the form of RFC 9457, with the members that gRPC has and HTTP has not. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The name of the gRPC code. */
  readonly code: string;
  /** Why, for programs: UPPER_SNAKE. */
  readonly reason?: string;
  /** The system that `reason` belongs to. */
  readonly domain?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: readonly FieldViolation[];
  readonly request_id?: string;
}

/** A problem and the headers that belong to it. */
export interface ProblemResponse {
  readonly status: number;
  /** Seconds for the Retry-After header. */
  readonly retryAfterSeconds: number | undefined;
  readonly problem: Problem;
}

/** A failed gRPC call. */
export interface GrpcFailure {
  readonly code: number;
  readonly message: string;
  /** `grpc-status-details-bin`, decoded from base64: a google.rpc.Status. It beats `message`. */
  readonly details?: Uint8Array;
}

/** What the gateway knows of the request. */
export interface ProblemContext {
  readonly requestId?: string;
  /** The caller sent If-Match: a failed precondition is 412. */
  readonly preconditioned?: boolean;
}

// What the caller did not cause and must not read.
const MASKED: ReadonlySet<number> = new Set([Code.UNKNOWN, Code.INTERNAL, Code.DATA_LOSS]);

/**
 * The problem of a failed gRPC call: status by google/rpc/code.proto, reason from ErrorInfo, violations from
 * BadRequest, Retry-After from RetryInfo. UNKNOWN, INTERNAL and DATA_LOSS keep their reason and nothing else.
 * Details that cannot be read are left out.
 */
export function problemOfStatus(failure: GrpcFailure, context: ProblemContext = {}): ProblemResponse {
  const details = failure.details === undefined ? undefined : tryRead(failure.details);
  const { code } = failure;
  const masked = MASKED.has(code) || code > Code.UNAUTHENTICATED;
  return problemResponse(
    {
      status: httpStatusOf(code, context.preconditioned),
      code,
      message: masked ? 'internal error' : details?.message || failure.message,
      reason: details?.reason || undefined,
      domain: details?.domain || undefined,
      metadata: masked ? undefined : details?.metadata,
      violations: masked ? [] : (details?.violations ?? []),
      retryAfterSeconds: details?.retryAfterSeconds,
    },
    context,
  );
}

/** The problem of a request that could not be translated. */
export function problemOfError(error: TranscodingError, context: ProblemContext = {}): ProblemResponse {
  return problemResponse(
    {
      status: error.httpStatus,
      code: error.code,
      message: error.httpStatus >= 500 ? 'internal error' : error.message,
      reason: error.reason,
      violations: error.violations,
    },
    context,
  );
}

function problemResponse(
  init: Partial<StatusDetails> & { status: number; code: number; message: string },
  context: ProblemContext,
): ProblemResponse {
  const { status, reason, domain, metadata, violations = [] } = init;
  const problem: Problem = {
    type: 'about:blank',
    // RFC 9457 section 4.2.1: with about:blank the title is the status phrase.
    title: STATUS_CODES[status] ?? 'Client Closed Request',
    status,
    detail: init.message,
    code: codeName(init.code),
    ...(reason === undefined ? {} : { reason }),
    ...(domain === undefined ? {} : { domain }),
    ...(metadata === undefined || Object.keys(metadata).length === 0 ? {} : { metadata }),
    ...(violations.length === 0 ? {} : { violations }),
    ...(context.requestId === undefined ? {} : { request_id: context.requestId }),
  };
  return { status, retryAfterSeconds: init.retryAfterSeconds, problem };
}

function tryRead(bytes: Uint8Array): StatusDetails | undefined {
  try {
    return readStatusDetails(bytes);
  } catch {
    return undefined;
  }
}
