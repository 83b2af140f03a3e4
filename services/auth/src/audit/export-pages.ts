import type { AuditEvent } from '@gatehouse/contracts/auth';
import type { Sql } from '@gatehouse/postgres';
import type { AuditLinkStore } from './audit-link.store.js';
import { toAuditEvent } from './audit-row.js';

/** Events read at once; the next are read when these were taken. */
const PAGE = 200;

/** The events of the chain after a place, in order, up to the head that the chain has when this begins. */
export async function* exportPages(
  sql: Sql,
  links: AuditLinkStore,
  afterSequence: bigint,
): AsyncGenerator<AuditEvent[]> {
  const head = (await links.head(sql))?.sequence ?? 0n;
  for (let after = afterSequence; after < head;) {
    const rows = await links.listAfter(sql, after, PAGE);
    const last = rows.at(-1);
    if (!last) return;
    // A link whose event was taken away is for the verification to report.
    yield rows
      .filter(({ sequence }) => sequence <= head)
      .flatMap(({ event, sequence, hash }) => (event ? [toAuditEvent(event, { sequence, hash })] : []));
    after = last.sequence;
  }
}
