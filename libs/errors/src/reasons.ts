import type { status } from '@grpc/grpc-js';
import { AppError, type AppErrorInit } from './app-error.js';

/** What a service says about one of its reasons, once. */
export interface ReasonSpec {
  /** The gRPC status code that goes with it. */
  readonly code: status;
  /** The text that a caller reads, unless the throw gives a better one. */
  readonly message: string;
  /** For `docs/errors.md`: when it happens and what the caller can do. */
  readonly help: string;
}

/** What a throw may add to its reason. */
export type ReasonDetails = Partial<Omit<AppErrorInit, 'code' | 'reason' | 'domain'>>;

/** A reason: call it to make the error. It also carries its own description. */
export interface Reason extends ReasonSpec {
  (details?: ReasonDetails): AppError;
  readonly reason: string;
  readonly domain: string;
}

/**
 * Declares the reasons of one service, in one place: the thrown errors and
 * `docs/errors.md` both come from it.
 *
 * @param domain the service's name as ErrorInfo's domain, such as `auth.gatehouse.dev`
 * @param specs the reasons, by their UPPER_SNAKE names
 */
export function defineReasons<Name extends string>(
  domain: string,
  specs: Readonly<Record<Name, ReasonSpec>>,
): Readonly<Record<Name, Reason>> {
  const entries = Object.entries<ReasonSpec>(specs).map(([reason, spec]) => {
    const make = (details: ReasonDetails = {}) =>
      new AppError({ message: spec.message, ...details, code: spec.code, reason, domain });
    return [reason, Object.freeze(Object.assign(make, { reason, domain, ...spec }))];
  });
  return Object.freeze(Object.fromEntries(entries) as Record<Name, Reason>);
}
