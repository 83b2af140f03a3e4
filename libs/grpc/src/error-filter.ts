import { Catch, type ArgumentsHost, type RpcExceptionFilter } from '@nestjs/common';
import { status, type Metadata, type StatusObject } from '@grpc/grpc-js';
import { toAppError, toStatusObject, type AppError } from '@gatehouse/errors';
import type { Logger } from '@gatehouse/telemetry';
import { throwError, type Observable } from 'rxjs';
import { callOf } from './call.js';

/** What the log says of a refusal, beyond what the caller is told. */
const reasons = new WeakMap<Metadata, string>();

/** Makes the status of an error, and remembers its reason for the log. */
export function toLoggedStatus(error: AppError): StatusObject {
  const object = toStatusObject(error);
  if (object.metadata) reasons.set(object.metadata, error.logReason ?? error.reason);
  return object;
}

/** Returns the reason for the log of a status that {@link toLoggedStatus} made. */
export function reasonOf(sent: { metadata?: Metadata | null }): string | undefined {
  return sent.metadata ? reasons.get(sent.metadata) : undefined;
}

/**
 * Turns whatever a guard or handler throws into its status. Nest's own filter
 * answers UNKNOWN for everything. What was not thrown on purpose is logged
 * here, once, with its cause.
 */
@Catch()
export class ErrorFilter implements RpcExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): Observable<never> {
    const error = toAppError(thrown);
    const object = toLoggedStatus(error);
    if (error.code === status.INTERNAL || error.code === status.UNAVAILABLE) {
      const { requestId, trace } = callOf(host.switchToRpc().getContext<Metadata>());
      const cause = error.cause ?? error;
      // Its name alone: a message may quote what was sent, and a stack is for the log.
      if (cause instanceof Error) trace.span.addEvent('exception', { 'exception.type': cause.name });
      this.log.error(
        { error: cause, request_id: requestId, trace_id: trace.traceId, span_id: trace.spanId },
        'cause',
      );
    }
    return throwError(() => object);
  }
}
