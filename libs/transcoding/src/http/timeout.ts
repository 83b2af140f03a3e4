import { badRequest } from '../transcoding-error.js';

const UNITS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 0.001,
  n: 0.000001,
};

/** Milliseconds of a `Grpc-Timeout` header: up to eight digits and a unit. @throws TranscodingError TIMEOUT_MALFORMED (400) */
export function parseGrpcTimeout(header: string): number {
  const match = /^([0-9]{1,8})([HMSmun])$/.exec(header);
  if (match === null)
    throw badRequest('TIMEOUT_MALFORMED', 'Grpc-Timeout must be up to eight digits and a unit');
  const [, digits = '', unit = ''] = match;
  return Number(digits) * (UNITS[unit] as number);
}

/** Milliseconds of an `X-Request-Timeout` header: seconds, with a fraction if need be. @throws TranscodingError TIMEOUT_MALFORMED (400) */
export function parseTimeoutSeconds(header: string): number {
  if (!/^[0-9]{1,8}(?:\.[0-9]{1,9})?$/.test(header)) {
    throw badRequest('TIMEOUT_MALFORMED', 'X-Request-Timeout must be seconds');
  }
  return Number(header) * 1000;
}

/**
 * The time that a call may take, in milliseconds: the shortest of what the caller asks for and the route's cap.
 *
 * @throws TranscodingError TIMEOUT_MALFORMED (400)
 */
export function callTimeoutMs(
  headers: { readonly grpcTimeout?: string; readonly requestTimeout?: string },
  capMs: number,
): number {
  const asked = [capMs];
  if (headers.grpcTimeout !== undefined) asked.push(parseGrpcTimeout(headers.grpcTimeout));
  if (headers.requestTimeout !== undefined) asked.push(parseTimeoutSeconds(headers.requestTimeout));
  return Math.min(...asked);
}

/** The `grpc-timeout` of a call: whole milliseconds, rounded up; seconds where eight digits do not suffice. */
export function formatGrpcTimeout(milliseconds: number): string {
  const whole = Math.max(0, Math.ceil(milliseconds));
  return whole < 100_000_000 ? `${whole}m` : `${Math.min(99_999_999, Math.ceil(whole / 1000))}S`;
}
