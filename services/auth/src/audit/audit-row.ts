import type { AuditEvent } from '@gatehouse/contracts/auth';

/** An event of the trail as the database holds it. */
export interface AuditRow {
  readonly eventId: string;
  readonly occurTime: Date;
  readonly service: string;
  readonly action: string;
  readonly actor: string | null;
  readonly target: string | null;
  readonly outcome: string;
  readonly address: string;
  readonly traceId: string;
  readonly requestId: string;
}

/** A place of the chain. */
export interface AuditLink {
  /** 1 for the first event, and no number is left out. */
  readonly sequence: bigint;
  /** 32 bytes. */
  readonly hash: Buffer;
}

/** Returns an event as callers see it; without a link it has no place in the chain yet. */
export function toAuditEvent(row: AuditRow, link: AuditLink | undefined): AuditEvent {
  return {
    id: row.eventId,
    sequence: link?.sequence ?? 0n,
    occurTime: row.occurTime,
    service: row.service,
    action: row.action,
    actor: row.actor ?? '',
    target: row.target ?? '',
    outcome: row.outcome,
    address: row.address,
    traceId: row.traceId,
    requestId: row.requestId,
    chainHash: link?.hash.toString('hex') ?? '',
  };
}
