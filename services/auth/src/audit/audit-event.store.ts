import type { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import type { Sql } from '@gatehouse/postgres';
import { SERVICE } from '../config.js';

/** How a security action came about: which RPC or command, at whose word, from where, in which trace. */
export interface Origin {
  /** The RPC's or the command's name. */
  readonly action: string;
  /** The subject or client that acts, where it is known. */
  readonly actor: string | undefined;
  /** Where the caller is, as far as trusted proxies tell; none for what is done at a shell. */
  readonly address?: string;
  readonly traceId: string;
  readonly requestId: string;
}

/** Returns the origin of what a call does. */
export function originOf(call: Call): Origin {
  return {
    action: call.method.name,
    actor: call.hasPrincipal ? call.principal.subject : undefined,
    address: call.clientAddress,
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

/** What another service saw, as it is recorded. */
export interface RecordedEvent {
  /** A UUID, the same at every delivery. */
  readonly id: string;
  readonly occurTime: Date;
  readonly action: string;
  readonly actor: string | null;
  readonly target: string | null;
  readonly outcome: string;
  readonly address: string;
  readonly traceId: string;
  readonly requestId: string;
}

/** How long ago an event may have happened that arrives now, in days: a wrong clock writes no other history. */
const MAX_DELAY_DAYS = 90;

/** Adds to the table `audit_event`, which can only grow. */
export class AuditEventStore {
  async append(sql: Sql, { origin, actor, target, outcome }: NewAuditEvent): Promise<void> {
    await sql`
      insert into audit_event (service, action, actor, target, outcome, address, trace_id, request_id)
      values (
        ${SERVICE}, ${origin.action}, ${actor ?? origin.actor ?? null}, ${target ?? null}, ${outcome},
        ${origin.address ?? ''}, ${origin.traceId}, ${origin.requestId}
      )`;
  }

  /** Records a refusal and throws it. */
  async refuse(sql: Sql, origin: Origin, error: AppError, target?: string): Promise<never> {
    await this.append(sql, { origin, target, outcome: error.logReason ?? error.reason });
    throw error;
  }

  /** Adds what another service saw; an event that is there already stays as it is. */
  async record(sql: Sql, service: string, events: readonly RecordedEvent[]): Promise<void> {
    const column = <Name extends keyof RecordedEvent>(name: Name) => events.map((event) => event[name]);
    await sql`
      insert into audit_event (
        event_id, occurred_at, service, action, actor, target, outcome, address, trace_id, request_id
      )
      select seen.id,
        greatest(least(seen.occurred_at, clock_timestamp()), clock_timestamp() - ${MAX_DELAY_DAYS} * interval '1 day'),
        ${service}, seen.action, seen.actor, seen.target, seen.outcome, seen.address, seen.trace_id, seen.request_id
      from unnest(
        ${column('id')}::uuid[], ${column('occurTime')}::timestamptz[], ${column('action')}::text[],
        ${column('actor')}::text[], ${column('target')}::text[], ${column('outcome')}::text[],
        ${column('address')}::text[], ${column('traceId')}::text[], ${column('requestId')}::text[]
      ) with ordinality as seen (
        id, occurred_at, action, actor, target, outcome, address, trace_id, request_id, place
      )
      order by seen.place
      on conflict (event_id) do nothing`;
  }
}
