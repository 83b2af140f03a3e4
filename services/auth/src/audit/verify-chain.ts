import type { Sql } from '@gatehouse/postgres';
import type { AuditLinkStore } from './audit-link.store.js';
import type { AuditLink } from './audit-row.js';
import { CHAIN_START, chainHash } from './chain-hash.js';

/** What a verification found. */
export interface ChainVerdict {
  /** The last place that holds; sequence 0 for an empty chain. */
  readonly head: AuditLink;
  /** What is wrong right after it, or beside the chain; undefined when nothing is. */
  readonly fault: string | undefined;
}

/** What {@link verifyChain} works with. */
export interface ChainToVerify {
  readonly sql: Sql;
  readonly links: AuditLinkStore;
  readonly key: Uint8Array;
  /** A place of the chain that was noted earlier. */
  readonly noted?: AuditLink;
}

/** Rows read at once. */
const PAGE = 1_000;

/**
 * Computes the whole chain again, a page at a time, while the trail may grow. Finds every event that was changed,
 * taken away, put in or moved, and a place noted earlier that is no longer there. What was cut off the end together
 * with its events is found by such a place alone.
 */
export async function verifyChain({ sql, links, key, noted }: ChainToVerify): Promise<ChainVerdict> {
  let head = CHAIN_START;
  for (;;) {
    const page = await links.listAfter(sql, head.sequence, PAGE);
    for (const { sequence, hash, event } of page) {
      const place = head.sequence + 1n;
      const broken = (what: string) => ({ head, fault: `event ${place} ${what}` });
      if (sequence !== place) return broken('is missing');
      if (!event) return broken('is missing: its link is there');
      if (!hash.equals(chainHash(key, head, event))) return broken('was changed, put in or moved');
      if (noted?.sequence === place && !hash.equals(noted.hash))
        return broken('is not the one that was noted');
      head = { sequence, hash };
    }
    if (page.length < PAGE) break;
  }
  if (noted && noted.sequence > head.sequence) {
    return {
      head,
      fault: `event ${head.sequence + 1n} is missing: the chain was noted up to ${noted.sequence}`,
    };
  }
  return { head, fault: await findStray(sql, links) };
}

async function findStray(sql: Sql, links: AuditLinkStore): Promise<string | undefined> {
  const missing = await links.findMissing(sql);
  if (missing) return `event ${missing.eventId} is missing: it was to be chained`;
  for (let afterId = 0n; ;) {
    const { stray, lastId } = await links.findStray(sql, afterId, PAGE);
    if (stray) return `event ${stray.eventId} is no part of the chain`;
    if (lastId === undefined) return undefined;
    afterId = lastId;
  }
}
