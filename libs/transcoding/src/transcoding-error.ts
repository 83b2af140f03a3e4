import { Code } from './http/status.js';

/** One thing that is wrong with one field of a request. `field` is a dotted path of proto names. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/**
 * The one error of this library at request time: the caller's request (or, for INTERNAL, the reply of the
 * upstream) cannot be translated. `httpStatus` is what to answer, `code` the gRPC code number of the same
 * meaning, `reason` a stable UPPER_SNAKE word for programs, `message` a sentence for people that quotes no
 * value of the request.
 */
export class TranscodingError extends Error {
  override readonly name = 'TranscodingError';
  readonly httpStatus: number;
  readonly code: number;
  readonly reason: string;
  readonly violations: readonly FieldViolation[];

  constructor(init: {
    httpStatus: number;
    code: number;
    reason: string;
    message: string;
    violations?: readonly FieldViolation[];
    cause?: unknown;
  }) {
    super(init.message, { cause: init.cause });
    this.httpStatus = init.httpStatus;
    this.code = init.code;
    this.reason = init.reason;
    this.violations = init.violations ?? [];
  }
}

/** Names of unknown fields are the caller's, and are not sent back at any length. */
const MAX_FIELD_CHARS = 200;

/** 400 INVALID_ARGUMENT; with `field`, as a violation of that field. */
export function badRequest(reason: string, message: string, field?: string): TranscodingError {
  return new TranscodingError({
    httpStatus: 400,
    code: Code.INVALID_ARGUMENT,
    reason,
    message,
    violations: field === undefined ? [] : [{ field: field.slice(0, MAX_FIELD_CHARS), description: message }],
  });
}

/** 500 INTERNAL: the upstream's reply is not what its descriptor says. */
export function badReply(reason: string, message: string): TranscodingError {
  return new TranscodingError({ httpStatus: 500, code: Code.INTERNAL, reason, message });
}
