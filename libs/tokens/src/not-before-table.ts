import { readUuid, writeUuid, type UuidKey } from './uuid-key.js';
import { UuidSegment } from './uuid-segment.js';

/** A power of two. Each grows, shrinks and is swept by itself, so that no pause is longer than its share. */
const SEGMENTS = 64;
const SEGMENT_SHIFT = 32 - Math.log2(SEGMENTS);

/** Words of an entry of a segment: four of the UUID, its not-before and when it expires. */
const ENTRY_WORDS = 6;

/** How many of the other keys one sweep looks at. */
const OTHERS_PER_SWEEP = 1_000;

interface Times {
  readonly notBefore: number;
  readonly expiresAt: number;
}

/** An identifier and its times. */
export interface NotBeforeEntry extends Times {
  readonly key: string;
}

/**
 * An identifier as it is looked for, so that it is read once: a UUID by its words, any other by its text. No string is
 * one: a UUID that was not read would not be found.
 */
export type TableKey = UuidKey | TextKey;

interface TextKey {
  readonly text: string;
}

/** An identifier as a table finds it. */
export function tableKey(identifier: string): TableKey {
  return readUuid(identifier) ?? { text: identifier };
}

/**
 * Not-befores by identifier, exact. Identifiers that are UUIDs, which is nearly all, take 32 to 64 bytes each while there
 * are more and more, 24 of which are used; others are kept as text.
 */
export class NotBeforeTable {
  readonly #segments: UuidSegment[] = Array.from({ length: SEGMENTS }, () => new UuidSegment());
  readonly #others = new Map<string, Times>();
  #uuids = 0;
  #sweptSegment = 0;
  #sweptOthers = this.#others.entries();

  /** Identifiers held. */
  get size(): number {
    return this.#uuids + this.#others.size;
  }

  /** Bytes held for UUIDs. */
  get byteLength(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.byteLength, 0);
  }

  /** @returns seconds since the epoch, undefined when the identifier is not known */
  find(key: TableKey): number | undefined {
    if ('text' in key) return this.#others.size > 0 ? this.#others.get(key.text)?.notBefore : undefined;
    return this.#uuids > 0 ? this.#segmentOf(key).find(key) : undefined;
  }

  /** Adds an identifier, or moves both of its times further on; times are whole seconds, from 1 to 2^32 - 1. */
  put(key: TableKey, notBefore: number, expiresAt: number): void {
    if (!('text' in key)) {
      const segment = this.#segmentOf(key);
      this.#change(segment, () => segment.put(key, notBefore, expiresAt));
      return;
    }
    const { text } = key;
    const known = this.#others.get(text);
    this.#others.set(known === undefined ? flat(text) : text, {
      notBefore: Math.max(notBefore, known?.notBefore ?? 0),
      expiresAt: Math.max(expiresAt, known?.expiresAt ?? 0),
    });
  }

  /**
   * All that is held, a part at a time. What is put between two parts may be left out, and nothing else is: a part is
   * as it is when it is asked for.
   */
  *parts(): Generator<readonly NotBeforeEntry[]> {
    for (const segment of this.#segments) if (segment.size > 0) yield unpack(segment.entries());
    if (this.#others.size > 0) yield Array.from(this.#others, ([key, times]) => ({ key, ...times }));
  }

  /** Forgets some of what expired before this second: as many calls as there are segments look at all of it. */
  sweep(now: number): void {
    const segment = this.#segments[this.#sweptSegment]!;
    this.#sweptSegment = (this.#sweptSegment + 1) % SEGMENTS;
    this.#change(segment, () => segment.sweep(now));
    for (let looked = 0; looked < OTHERS_PER_SWEEP; looked++) {
      const { done, value } = this.#sweptOthers.next();
      if (done) {
        this.#sweptOthers = this.#others.entries();
        return;
      }
      if (value[1].expiresAt < now) this.#others.delete(value[0]);
    }
  }

  /** Forgets all that expired before this second. */
  sweepAll(now: number): void {
    for (const segment of this.#segments) this.#change(segment, () => segment.sweep(now));
    for (const [key, { expiresAt }] of this.#others) if (expiresAt < now) this.#others.delete(key);
  }

  #segmentOf({ hash }: UuidKey): UuidSegment {
    return this.#segments[hash >>> SEGMENT_SHIFT]!;
  }

  #change(segment: UuidSegment, change: () => void): void {
    const before = segment.size;
    change();
    this.#uuids += segment.size - before;
  }
}

function unpack(packed: Uint32Array): NotBeforeEntry[] {
  return Array.from({ length: packed.length / ENTRY_WORDS }, (_, index) => {
    const at = index * ENTRY_WORDS;
    const [notBefore = 0, expiresAt = 0] = packed.subarray(at + 4, at + ENTRY_WORDS);
    return { key: writeUuid(packed.subarray(at, at + 4)), notBefore, expiresAt };
  });
}

/** The same text without what it may have been cut from: a slice keeps its whole parent alive. */
function flat(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
