import { randomFillSync } from 'node:crypto';

/** Random bytes for the next IDs: to ask for a few at a time costs more than the rest of an ID. */
const pool = Buffer.alloc(4_096);
let used = pool.length;

/** Returns so many random bytes in hexadecimal digits: for names, not for secrets. */
export function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
