import type { StreamLoss } from '../connection/stream.js';
import { ErrorCode } from '../frames/error-code.js';
import { Status } from './status.js';

/** What a call ends with whose stream does not come to its end (gRPC over HTTP/2, Errors). */
export function statusOfLoss({ code, by, isUnprocessed }: StreamLoss): Status {
  if (by === 'connection' || isUnprocessed) return Status.UNAVAILABLE;
  if (by === 'us') return Status.INTERNAL;
  switch (code) {
    case ErrorCode.REFUSED_STREAM:
      return Status.UNAVAILABLE;
    case ErrorCode.CANCEL:
      return Status.CANCELLED;
    case ErrorCode.ENHANCE_YOUR_CALM:
      return Status.RESOURCE_EXHAUSTED;
    case ErrorCode.INADEQUATE_SECURITY:
      return Status.PERMISSION_DENIED;
    default:
      return Status.INTERNAL;
  }
}
