import { hashUuid, type UuidKey } from './uuid-key.js';

/** Words of a slot: four of the UUID, its not-before and when it expires; 0 there marks an empty slot. */
const SLOT = 6;
const NOT_BEFORE = 4;
const EXPIRES_AT = 5;

const MIN_SLOTS = 8;

/**
 * A hash table from UUIDs to not-befores with open addressing: 24 bytes a slot, 3 of 4 slots used at most, nothing
 * for the garbage collector to walk.
 */
export class UuidSegment {
  #slots = new Uint32Array(MIN_SLOTS * SLOT);
  #mask = MIN_SLOTS - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#slots.byteLength;
  }

  /** @returns its not-before, undefined when it is unknown */
  find(key: UuidKey): number | undefined {
    const at = this.#locate(key);
    return this.#slots[at + EXPIRES_AT] === 0 ? undefined : this.#slots[at + NOT_BEFORE];
  }

  /** Adds a UUID, or moves both of its times further on. */
  put(key: UuidKey, notBefore: number, expiresAt: number): void {
    let at = this.#locate(key);
    if (this.#slots[at + EXPIRES_AT] === 0) {
      if ((this.#size + 1) * 4 > (this.#mask + 1) * 3) {
        this.#resize((this.#mask + 1) * 2);
        at = this.#vacant(key.hash);
      }
      this.#slots[at] = key.word0;
      this.#slots[at + 1] = key.word1;
      this.#slots[at + 2] = key.word2;
      this.#slots[at + 3] = key.word3;
      this.#size++;
    }
    this.#slots[at + NOT_BEFORE] = Math.max(this.#slots[at + NOT_BEFORE]!, notBefore);
    this.#slots[at + EXPIRES_AT] = Math.max(this.#slots[at + EXPIRES_AT]!, expiresAt);
  }

  /** What is held, six words for each: those of the UUID, its not-before and when it expires. A copy. */
  entries(): Uint32Array {
    const packed = new Uint32Array(this.#size * SLOT);
    let at = 0;
    for (let from = 0; from < this.#slots.length; from += SLOT) {
      if (this.#slots[from + EXPIRES_AT] === 0) continue;
      packed.set(this.#slots.subarray(from, from + SLOT), at);
      at += SLOT;
    }
    return packed;
  }

  /** Forgets what expired before this second, and gives memory back when little is left. */
  sweep(now: number): void {
    for (let index = 0; index <= this.#mask; index++) {
      // Removing moves a later entry into the slot, so the slot is looked at again.
      while (this.#isExpired(index, now)) this.#removeAt(index);
    }
    let slots = this.#mask + 1;
    while (slots > MIN_SLOTS && this.#size * 8 < slots) slots /= 2;
    if (slots <= this.#mask) this.#resize(slots);
  }

  #isExpired(index: number, now: number): boolean {
    const expiresAt = this.#slots[index * SLOT + EXPIRES_AT]!;
    return expiresAt !== 0 && expiresAt < now;
  }

  /** Where the UUID is, or the empty slot where it belongs. There is one: the table is never full. */
  #locate({ word0, word1, word2, word3, hash }: UuidKey): number {
    const slots = this.#slots;
    for (let index = hash & this.#mask; ; index = (index + 1) & this.#mask) {
      const at = index * SLOT;
      if (slots[at + EXPIRES_AT] === 0) return at;
      const same =
        (slots[at]! | 0) === word0 &&
        (slots[at + 1]! | 0) === word1 &&
        (slots[at + 2]! | 0) === word2 &&
        (slots[at + 3]! | 0) === word3;
      if (same) return at;
    }
  }

  /** The empty slot for a UUID that is not there. */
  #vacant(hash: number): number {
    let index = hash & this.#mask;
    while (this.#slots[index * SLOT + EXPIRES_AT] !== 0) index = (index + 1) & this.#mask;
    return index * SLOT;
  }

  /** Knuth's algorithm R (The Art of Computer Programming, 6.4): closes the gap, leaves no tombstone. */
  #removeAt(index: number): void {
    const mask = this.#mask;
    let gap = index;
    for (let next = (gap + 1) & mask; this.#slots[next * SLOT + EXPIRES_AT] !== 0; next = (next + 1) & mask) {
      const home = hashAt(this.#slots, next * SLOT) & mask;
      // It may not move to before its home.
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      this.#slots.copyWithin(gap * SLOT, next * SLOT, (next + 1) * SLOT);
      gap = next;
    }
    this.#slots.fill(0, gap * SLOT, (gap + 1) * SLOT);
    this.#size--;
  }

  #resize(slots: number): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(slots * SLOT);
    this.#mask = slots - 1;
    for (let from = 0; from < before.length; from += SLOT) {
      if (before[from + EXPIRES_AT] === 0) continue;
      this.#slots.set(before.subarray(from, from + SLOT), this.#vacant(hashAt(before, from)));
    }
  }
}

function hashAt(slots: Uint32Array, at: number): number {
  return hashUuid(slots[at]!, slots[at + 1]!, slots[at + 2]!, slots[at + 3]!);
}
