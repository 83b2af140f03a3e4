import type { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import type { Sql } from '@gatehouse/postgres';

/** How a security action came about: which RPC or command, at whose word, in which trace. */
export interface Origin {
  /** The RPC's or the command's name. */
  readonly action: string;
  /** The subject or client that acts, where it is known. */
  readonly actor: string | undefined;
  readonly traceId: string;
  readonly requestId: string;
}

/** Returns the origin of what a call does. */
export function originOf(call: Call): Origin {
  return {
    action: call.method.name,
    actor: call.hasPrincipal ? call.principal.subject : undefined,
    traceId: call.traceId,
    requestId: call.requestId,
  };
}

/** Who did what to whom, and how it ended. Appended in the transaction of the action itself. */
export interface NewAuditEvent {
  readonly origin: Origin;
  /** Overrides the origin's, for one who becomes known by the action. */
  readonly actor?: string;
  /** The subject, client or key that it was done to. */
  readonly target?: string;
  /** `OK` or the reason of the refusal. */
  readonly outcome: string;
}

/** All SQL of the table `audit_event`, which can only grow. */
export class AuditEventStore {
  async append(sql: Sql, { origin, actor, target, outcome }: NewAuditEvent): Promise<void> {
    await sql`
      insert into audit_event (action, actor, target, outcome, trace_id, request_id)
      values (
        ${origin.action}, ${actor ?? origin.actor ?? null}, ${target ?? null}, ${outcome},
        ${origin.traceId}, ${origin.requestId}
      )`;
  }

  /** Records a refusal and throws it. */
  async refuse(sql: Sql, origin: Origin, error: AppError, target?: string): Promise<never> {
    await this.append(sql, { origin, target, outcome: error.logReason ?? error.reason });
    throw error;
  }
}
