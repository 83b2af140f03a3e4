import type { status } from '@grpc/grpc-js';

/** One field of a request that breaks a rule of the contract. */
export interface FieldViolation {
  /** The path of the field in the request message, in proto names: `resource.title`. */
  readonly field: string;
  /** What is wrong, as a sentence to the caller. */
  readonly description: string;
  /** The rule that was broken, such as `string.min_len`. */
  readonly reason?: string;
}

/** What an error is made of; see {@link AppError}. */
export interface AppErrorInit {
  /** The gRPC status code. */
  readonly code: status;
  /** What went wrong, for programs: UPPER_SNAKE, stable, listed in `docs/errors.md`. */
  readonly reason: string;
  /** The owner of the reason, such as `auth.gatehouse.dev`. */
  readonly domain?: string;
  /** What went wrong, for the person who reads it. Holds nothing secret. */
  readonly message: string;
  /** Facts for programs, such as the permission that is missing. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The fields at fault; for INVALID_ARGUMENT. */
  readonly violations?: readonly FieldViolation[];
  /** Milliseconds after which trying again makes sense. */
  readonly retryAfterMs?: number;
  /** The finer reason, for the log alone: why an access token was refused, say. */
  readonly logReason?: string;
  /** Why, for the log alone. It never leaves the process. */
  readonly cause?: unknown;
}

/** The domain of the reasons that every service shares. */
export const PLATFORM_DOMAIN = 'gatehouse.dev';

/**
 * The one error that a handler throws on purpose. It crosses the wire as a
 * `google.rpc.Status` with exactly one ErrorInfo (AIP-193). Any other error
 * leaves a service as INTERNAL with a fixed text.
 */
export class AppError extends Error {
  readonly code: status;
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
  readonly logReason: string | undefined;

  constructor(init: AppErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'AppError';
    this.code = init.code;
    this.reason = init.reason;
    this.domain = init.domain ?? PLATFORM_DOMAIN;
    this.metadata = init.metadata ?? {};
    this.violations = init.violations ?? [];
    this.retryAfterMs = init.retryAfterMs;
    this.logReason = init.logReason;
  }
}
