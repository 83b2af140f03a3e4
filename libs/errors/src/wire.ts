import { Metadata, status, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import { BadRequest, ErrorInfo, RetryInfo, Status } from '@gatehouse/contracts/rpc';
import { AppError, type FieldViolation } from './app-error.js';
import { platformReasons } from './platform-reasons.js';

/** The trailer that carries the serialized `google.rpc.Status`. */
const DETAILS_KEY = 'grpc-status-details-bin';
const TYPE_PREFIX = 'type.googleapis.com/google.rpc.';

/**
 * Returns the error as a caller may see it: an {@link AppError} as it is,
 * anything else as INTERNAL with a fixed text and the original as its cause.
 */
export function toAppError(error: unknown): AppError {
  return error instanceof AppError ? error : platformReasons.INTERNAL({ cause: error });
}

/** Returns the gRPC status of an error, its details in the trailers (AIP-193). */
export function toStatusObject(error: AppError): StatusObject {
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, Buffer.from(Status.encode(toStatus(error)).finish()));
  return { code: error.code, details: error.message, metadata };
}

function toStatus(error: AppError): Status {
  const info: ErrorInfo = { reason: error.reason, domain: error.domain, metadata: { ...error.metadata } };
  const details = [any('ErrorInfo', ErrorInfo.encode(info).finish())];
  if (error.violations.length > 0) {
    const fieldViolations = error.violations.map(({ field, description, reason }) => ({
      field,
      description,
      reason: reason ?? '',
      localizedMessage: undefined,
    }));
    details.push(any('BadRequest', BadRequest.encode({ fieldViolations }).finish()));
  }
  if (error.retryAfterMs !== undefined) {
    const seconds = Math.trunc(error.retryAfterMs / 1000);
    const nanos = Math.round((error.retryAfterMs - seconds * 1000) * 1e6);
    const retryDelay = { seconds: BigInt(seconds), nanos };
    details.push(any('RetryInfo', RetryInfo.encode({ retryDelay }).finish()));
  }
  return { code: error.code, message: error.message, details };
}

function any(type: string, value: Uint8Array) {
  return { typeUrl: TYPE_PREFIX + type, value: Buffer.from(value) };
}

/**
 * Reads the error that a peer answered with. A status without details, as
 * grpc-js itself makes them, keeps its code; its reason is the code's name.
 */
export function fromServiceError(error: ServiceError): AppError {
  const details = readDetails(error.metadata);
  return new AppError({
    code: error.code,
    reason: details.info?.reason ?? status[error.code] ?? 'UNKNOWN',
    domain: details.info?.domain ?? 'grpc',
    message: error.details,
    metadata: details.info?.metadata ?? {},
    violations: details.violations,
    retryAfterMs: details.retryAfterMs,
    cause: error,
  });
}

type Any = Status['details'][number];

interface Details {
  info?: ErrorInfo;
  violations: FieldViolation[];
  retryAfterMs?: number;
}

function readDetails(metadata: Metadata | undefined): Details {
  const found: Details = { violations: [] };
  const [bytes] = metadata?.get(DETAILS_KEY) ?? [];
  if (!Buffer.isBuffer(bytes)) return found;
  try {
    for (const detail of Status.decode(bytes).details) readDetail(detail, found);
  } catch {
    // A peer that is broken or taken over: its code is all that is believed. What is thrown inside a callback of
    // grpc-js ends the process.
    return { violations: [] };
  }
  return found;
}

function readDetail({ typeUrl, value }: Any, found: Details): void {
  if (typeUrl === `${TYPE_PREFIX}ErrorInfo`) found.info = ErrorInfo.decode(value);
  if (typeUrl === `${TYPE_PREFIX}BadRequest`) found.violations = BadRequest.decode(value).fieldViolations;
  if (typeUrl === `${TYPE_PREFIX}RetryInfo`) {
    const delay = RetryInfo.decode(value).retryDelay;
    if (delay) found.retryAfterMs = Number(delay.seconds) * 1000 + delay.nanos / 1e6;
  }
}
