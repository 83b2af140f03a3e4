import { DEFAULT_TABLE_SIZE } from './hpack-decoder.js';
import { FIELD_OVERHEAD } from './header-field.js';
import { FIRST_DYNAMIC_INDEX, STATIC_TABLE } from './static-table.js';

/** What is in the tables under a name. */
interface Known {
  readonly name: string;
  /** The index of a static field with the name; 0 where there is none. */
  readonly staticIndex: number;
  /** Static fields by value: their index. */
  readonly staticValues: ReadonlyMap<string, number>;
  /** Dynamic fields by value: the number of their entry, which may have been evicted. */
  readonly entries: Map<string, number>;
  /** The number of the last entry with the name, evicted or not; 0 where there was none. */
  lastEntry: number;
}

interface Entry {
  readonly known: Known;
  readonly value: string;
  readonly size: number;
}

const NO_VALUES: ReadonlyMap<string, number> = new Map();

/** The most octets that an integer takes: 28 bits after its prefix, as decoders take them. */
const MAX_INTEGER_OCTETS = 5;

/** A field larger than this part of the table is not added to it. */
const LARGEST_SHARE = 4;

/** The most that one field takes besides its text, and an update of the table's size before all. */
const FIELD_FRAME = 3 * MAX_INTEGER_OCTETS;

/**
 * Encodes the header blocks of one direction of a connection (RFC 7541), field by field, into memory of the caller.
 * Names and values have one character for an octet and are sound, which is the caller's to know.
 *
 * Nothing is Huffman-coded: what is sent often is sent by its index, and what is not (an access token, the IDs of a
 * request) would cost both ends more time than its bytes do within a network.
 */
export class HpackEncoder {
  readonly #known = staticNames();
  /** Entries by number, from `#oldest`. */
  readonly #entries: Entry[] = [];
  /** The number of the oldest entry, and of the next one. Numbers begin at 1. */
  #oldest = 1;
  #next = 1;
  #size = 0;
  #maxSize = DEFAULT_TABLE_SIZE;
  /** The smallest size since the last block, where the size has changed (RFC 7541, section 4.2). */
  #smallest: number | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Octets that a field takes at most. */
  static room(name: string, value: string): number {
    return name.length + value.length + FIELD_FRAME;
  }

  /** Called when the other end announces SETTINGS_HEADER_TABLE_SIZE. More than the default is never used. */
  set maxTableSize(announced: number) {
    const size = Math.min(announced, DEFAULT_TABLE_SIZE);
    if (size === this.#maxSize) return;
    this.#smallest = Math.min(this.#smallest ?? size, size);
    this.#maxSize = size;
    this.#evict(size);
  }

  /** Begins a header block. */
  begin(bytes: Buffer, at: number): void {
    this.#bytes = bytes;
    this.#at = at;
    if (this.#smallest === undefined) return;
    if (this.#smallest < this.#maxSize) this.#integer(0x20, 0x1f, this.#smallest);
    this.#integer(0x20, 0x1f, this.#maxSize);
    this.#smallest = undefined;
  }

  /** Ends it. @returns where it ends */
  end(): number {
    return this.#at;
  }

  /** A field that is the same in many blocks: sent once, and by its index from then on. */
  indexed(name: string, value: string): void {
    const known = this.#knownOf(name);
    const index = known.staticValues.get(value) ?? this.#indexOf(known.entries.get(value) ?? 0);
    if (index > 0) {
      this.#integer(0x80, 0x7f, index);
      return;
    }
    this.#introduce(known, value);
  }

  /** A field whose value is another one in each block; its name is sent once. */
  literal(name: string, value: string): void {
    const known = this.#knownOf(name);
    const index = this.#nameIndex(known);
    if (index > 0) this.#literal(0x00, 0x0f, index, name, value);
    else this.#introduce(known, value);
  }

  /** A secret: it enters no table, here or at any hop behind (RFC 7541, section 7.1.3). */
  neverIndexed(name: string, value: string): void {
    this.#literal(0x10, 0x0f, this.#nameIndex(this.#known.get(name)), name, value);
  }

  /** Sends a field that both tables remember, unless it would take the place of many. */
  #introduce(known: Known, value: string): void {
    const { name } = known;
    const size = name.length + value.length + FIELD_OVERHEAD;
    const nameIndex = this.#nameIndex(known);
    if (size > this.#maxSize / LARGEST_SHARE) {
      this.#literal(0x00, 0x0f, nameIndex, name, value);
      this.#forget(known);
      return;
    }
    this.#literal(0x40, 0x3f, nameIndex, name, value);
    this.#evict(this.#maxSize - size);
    this.#entries.push({ known, value, size });
    this.#size += size;
    known.entries.set(value, this.#next);
    known.lastEntry = this.#next++;
    this.#known.set(name, known);
  }

  #literal(pattern: number, mask: number, nameIndex: number, name: string, value: string): void {
    this.#integer(pattern, mask, nameIndex);
    if (nameIndex === 0) this.#string(name);
    this.#string(value);
  }

  #integer(pattern: number, mask: number, value: number): void {
    if (value < mask) {
      this.#bytes[this.#at++] = pattern | value;
      return;
    }
    this.#bytes[this.#at++] = pattern | mask;
    let rest = value - mask;
    for (; rest >= 0x80; rest >>= 7) this.#bytes[this.#at++] = 0x80 | (rest & 0x7f);
    this.#bytes[this.#at++] = rest;
  }

  #string(text: string): void {
    this.#integer(0x00, 0x7f, text.length);
    this.#at += this.#bytes.write(text, this.#at, 'latin1');
  }

  #knownOf(name: string): Known {
    let known = this.#known.get(name);
    if (known === undefined) {
      known = { name, staticIndex: 0, staticValues: NO_VALUES, entries: new Map(), lastEntry: 0 };
      this.#known.set(name, known);
    }
    return known;
  }

  #nameIndex(known: Known | undefined): number {
    if (known === undefined) return 0;
    return known.staticIndex > 0 ? known.staticIndex : this.#indexOf(known.lastEntry);
  }

  /** The index of an entry by its number: the newest is the first; 0 for one that is not there any more. */
  #indexOf(number: number): number {
    return number < this.#oldest ? 0 : FIRST_DYNAMIC_INDEX + this.#next - 1 - number;
  }

  #evict(most: number): void {
    while (this.#size > most) {
      const { known, value, size } = this.#entries.shift() as Entry;
      if (known.entries.get(value) === this.#oldest) known.entries.delete(value);
      this.#oldest++;
      this.#size -= size;
      this.#forget(known);
    }
  }

  /** Lets go of a name of which no table has a field. */
  #forget({ name, staticIndex, entries }: Known): void {
    if (staticIndex === 0 && entries.size === 0) this.#known.delete(name);
  }
}

function staticNames(): Map<string, Known> {
  const names = new Map<string, Known>();
  STATIC_TABLE.forEach(([name, value], index) => {
    const before = names.get(name);
    const staticValues = new Map(before?.staticValues).set(value, index + 1);
    const staticIndex = before?.staticIndex ?? index + 1;
    names.set(name, { name, staticIndex, staticValues, entries: new Map(), lastEntry: 0 });
  });
  return names;
}
