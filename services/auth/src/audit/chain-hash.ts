import { createHmac } from 'node:crypto';
import type { AuditLink, AuditRow } from './audit-row.js';

/** What the first event is chained to. */
export const CHAIN_START: AuditLink = { sequence: 0n, hash: Buffer.alloc(32) };

/**
 * Returns the hash of the next event of the chain: HMAC-SHA-256 over the 32 bytes of the hash before it and the
 * event as a JSON array, whose text reads in one way only (RFC 8259). Whoever can write to the database but has not
 * the key can change nothing without being found out.
 */
export function chainHash(key: Uint8Array, before: AuditLink, row: AuditRow): Buffer {
  const fields = [
    (before.sequence + 1n).toString(),
    row.eventId,
    row.occurTime.toISOString(),
    row.service,
    row.action,
    row.actor,
    row.target,
    row.outcome,
    row.address,
    row.traceId,
    row.requestId,
  ];
  return createHmac('sha256', key).update(before.hash).update(JSON.stringify(fields)).digest();
}
