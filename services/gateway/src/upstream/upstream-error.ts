import { status, type ServiceError } from '@grpc/grpc-js';
import { AppError, fromServiceError, platformReasons } from '@gatehouse/errors';

/** How soon a caller may try again when a backend does not answer, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/**
 * The error of a failed call. A service answers with details; a status without them was made by the transport,
 * and its text, which names addresses and sockets, stays in the log.
 */
export function upstreamError(error: ServiceError): AppError {
  const hasDetails = (error.metadata?.get('grpc-status-details-bin').length ?? 0) > 0;
  return hasDetails ? fromServiceError(error) : transportError(error);
}

function transportError(cause: ServiceError): AppError {
  switch (cause.code) {
    case status.UNAVAILABLE:
      return platformReasons.PEER_UNAVAILABLE({ cause, retryAfterMs: RETRY_AFTER_MS });
    case status.DEADLINE_EXCEEDED:
      return platformReasons.DEADLINE_EXCEEDED({ cause });
    case status.RESOURCE_EXHAUSTED:
    case status.UNIMPLEMENTED:
      return new AppError({
        code: cause.code,
        reason: status[cause.code],
        domain: 'grpc',
        message: 'the service does not take this call',
        cause,
      });
    default:
      return platformReasons.INTERNAL({ cause });
  }
}
