import type { Sql } from '@gatehouse/postgres';
import { eventually } from '@gatehouse/testing';
import type { RevocationStore } from '../revocation/revocation.store.js';

/**
 * Waits until all that is revoked lies below the position of a read. The position is one of the whole server: other
 * suites' open transactions hold it back.
 *
 * @returns that position
 */
export function pastAll(revocations: RevocationStore, sql: Sql): Promise<bigint> {
  return eventually(async () => {
    const read = await revocations.readFrom(sql, 0n);
    if (read.revocations.some(({ xid }) => xid >= read.position))
      throw new Error('an open transaction holds the position back');
    return read.position;
  });
}
