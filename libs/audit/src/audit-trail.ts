import { status } from '@grpc/grpc-js';
import { AppError, platformReasons } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import type { Sql } from '@gatehouse/postgres';
import { auditOrigin } from './audit-origin.js';
import { insertOutcome } from './insert-audited.store.js';

/** What is told of an audited call. */
export interface NewAuditEvent {
  readonly call: Call;
  /** The subject, resource or key that it was done to; none where nothing is known of it. */
  readonly target?: string;
  /** `OK`, or the reason of the refusal. */
  readonly outcome: string;
}

/** The codes of decisions. What is malformed or out of order was never decided. */
const DECISIONS = new Set([
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.FAILED_PRECONDITION,
  status.ALREADY_EXISTS,
  status.ABORTED,
]);

/** A service's end of the audit trail: events wait in its own outbox until auth has them. */
export class AuditTrail {
  constructor(private readonly sql: Sql) {}

  /** Leaves an event in the transaction of its action, or by itself where nothing was done. */
  async append(tx: Sql, { call, target = '', outcome }: NewAuditEvent): Promise<void> {
    await insertOutcome(tx, auditOrigin(call), outcome, target);
  }

  /**
   * Runs the work of an audited call. What it refuses on purpose is recorded and then thrown on; what it does, it
   * records itself, together with the deed.
   *
   * @throws what `work` throws; AppError DATABASE_UNAVAILABLE when a refusal could not be recorded
   */
  async recordingRefusals<T>(call: Call, target: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isDecision(error)) {
        await this.append(this.sql, { call, target, outcome: error.logReason ?? error.reason });
      }
      throw error;
    }
  }

  /** Records that the guard refused a call, for {@link RefusalRecorder}. */
  async appendRefusal(call: Call, error: AppError): Promise<void> {
    await this.append(this.sql, { call, outcome: error.logReason ?? error.reason });
  }
}

function isDecision(error: unknown): error is AppError {
  // A lost race is nobody's decision: the caller tries again.
  const conflict = platformReasons.CONFLICT().reason;
  return error instanceof AppError && DECISIONS.has(error.code) && error.reason !== conflict;
}
