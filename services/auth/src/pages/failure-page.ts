import type { AppError } from '@gatehouse/errors';
import { httpStatusOf } from '@gatehouse/transcoding';
import type { Visit } from '../web/visit.js';
import { html, type Html } from './html.js';
import { sendPage } from './send-page.js';

/** Where HTTP has a status of its own for a reason. */
const STATUSES: Readonly<Record<string, number>> = { METHOD_UNKNOWN: 405 };

/**
 * Answers a visit with what it failed for, and logs a cause that is not the caller's.
 *
 * @param more what can be done about it
 */
export function sendFailure(visit: Visit, error: AppError, more?: Html): void {
  const { response, log, requestId, trace } = visit;
  visit.reason = error.logReason ?? error.reason;
  if (statusOf(error) >= 500) {
    const cause = error.cause ?? error;
    // Its name alone: a message may quote what was sent, and a stack is for the log.
    if (cause instanceof Error) trace.span.addEvent('exception', { 'exception.type': cause.name });
    log.error(
      { error: cause, request_id: requestId, trace_id: trace.traceId, span_id: trace.spanId },
      'cause',
    );
  }
  if (response.headersSent) return void response.destroy();
  setRetryAfter(visit, error);
  const { status, page } = failurePage(error, requestId, more);
  sendPage(visit, page, { status });
}

/** The page that says what failed, and its status. */
export function failurePage(error: AppError, requestId: string, more?: Html) {
  const status = statusOf(error);
  const body = html`<p>${sentenceOf(error)}</p>
    ${more}
    <p class="soft">${error.reason} · request ${requestId}</p>`;
  return { status, page: { title: titleOf(status), body } };
}

/** Says when to try again, where that is known. */
export function setRetryAfter({ response }: Visit, { retryAfterMs }: AppError): void {
  if (retryAfterMs !== undefined)
    response.setHeader('retry-after', Math.max(1, Math.ceil(retryAfterMs / 1_000)));
}

function statusOf({ reason, code }: AppError): number {
  return STATUSES[reason] ?? httpStatusOf(code);
}

function titleOf(status: number): string {
  if (status === 404) return 'There is no such page';
  if (status === 429 || status === 503) return 'Please try again in a moment';
  return status >= 500 ? 'Something went wrong' : 'This did not work';
}

/** The message of an error as a sentence. */
export function sentenceOf({ message }: AppError): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
