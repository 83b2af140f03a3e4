import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { AppError, PLATFORM_DOMAIN, platformReasons, toStatusObject } from '@gatehouse/errors';
import {
  badRequest,
  problemOfError,
  problemOfStatus,
  TranscodingError,
  type ProblemContext,
  type ProblemResponse,
} from '@gatehouse/transcoding';
import { GATEWAY_DOMAIN, gatewayReasons, httpStatuses } from '../reasons.js';

/** The problem of whatever was thrown, and what the log should say of it. */
export interface Refusal extends ProblemResponse {
  /** The finest reason there is. */
  readonly logReason: string | undefined;
  /** Why, where the fault is not the caller's. */
  readonly cause: unknown;
}

/** Turns whatever was thrown into its problem (RFC 9457). What nobody threw on purpose is INTERNAL with a fixed text. */
export function problemOf(thrown: unknown, context: ProblemContext): Refusal {
  if (thrown instanceof TranscodingError) return translationRefusal(thrown, context);
  if (isBadPath(thrown))
    return translationRefusal(badRequest('PATH_MALFORMED', 'the path cannot be read'), context);
  const error = thrown instanceof AppError ? thrown : frameworkError(thrown);
  const { code, message } = error;
  const [details] = toStatusObject(error).metadata?.get('grpc-status-details-bin') ?? [];
  const answer = problemOfStatus({ code, message, details: Buffer.from(details ?? '') }, context);
  const logReason = error.logReason ?? error.reason;
  const own = error.domain === GATEWAY_DOMAIN ? httpStatuses[error.reason] : undefined;
  const status = own ?? answer.status;
  const cause = status >= 500 ? (error.cause ?? error) : undefined;
  if (own === undefined) return { ...answer, logReason, cause };
  const title = STATUS_CODES[status] ?? '';
  return { ...answer, status, problem: { ...answer.problem, status, title }, logReason, cause };
}

function translationRefusal(error: TranscodingError, context: ProblemContext): Refusal {
  const answer = problemOfError(error, context);
  // What breaks a field is called the same, whether the gateway notices or the service.
  const domain = error.reason in platformReasons ? PLATFORM_DOMAIN : GATEWAY_DOMAIN;
  const problem = { ...answer.problem, domain };
  return { ...answer, problem, logReason: error.reason, cause: error.httpStatus >= 500 ? error : undefined };
}

/** Fastify decodes the path of what is no call, and refuses one that it cannot. */
function isBadPath(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'FST_ERR_BAD_URL';
}

/** What else Fastify and Nest refuse by themselves. */
function frameworkError(thrown: unknown): AppError {
  const { statusCode } = thrown as { statusCode?: number };
  const status = thrown instanceof HttpException ? thrown.getStatus() : (statusCode ?? 500);
  if (status === 404) return gatewayReasons.ROUTE_UNKNOWN();
  if (status === 413) return gatewayReasons.BODY_TOO_LARGE();
  if (status >= 400 && status < 500) return gatewayReasons.REQUEST_MALFORMED();
  return platformReasons.INTERNAL({ cause: thrown });
}
