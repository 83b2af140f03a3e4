import { DynamicTable } from './dynamic-table.js';
import { HeaderField, isSoundField } from './header-field.js';
import { HpackError } from './hpack-error.js';
import { decodeHuffman } from './huffman-decoder.js';
import { FIRST_DYNAMIC_INDEX, STATIC_TABLE } from './static-table.js';

/** Takes the fields of a header block as they are decoded, in their order. */
export interface FieldSink {
  field(field: HeaderField): void;
}

/** The size of a dynamic table unless SETTINGS say otherwise (RFC 9113, section 6.5.2). */
export const DEFAULT_TABLE_SIZE = 4_096;

/** Octets that go on with an integer: 28 bits are more than any block here has. */
const MAX_INTEGER_SHIFT = 21;

const STATIC_FIELDS = STATIC_TABLE.map(([name, value]) => new HeaderField(name, value, true));

/** Decodes the header blocks of one direction of a connection, each in its turn (RFC 7541). */
export class HpackDecoder {
  readonly #table: DynamicTable;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** @param maxTableSize what this end has announced as SETTINGS_HEADER_TABLE_SIZE */
  constructor(private readonly maxTableSize: number = DEFAULT_TABLE_SIZE) {
    this.#table = new DynamicTable(maxTableSize);
  }

  /**
   * Decodes one header block, which every block has to be, also that of a stream that nobody waits for any more.
   *
   * @throws HpackError when it breaks the format; no block after it can be decoded
   */
  decode(block: Buffer, start: number, end: number, sink: FieldSink): void {
    this.#block = block;
    this.#at = start;
    this.#end = end;
    this.#resize();
    while (this.#at < end) sink.field(this.#next());
  }

  /** Updates of the table's size, which only begin a block (RFC 7541, section 4.2). */
  #resize(): void {
    while (this.#at < this.#end && ((this.#block[this.#at] as number) & 0xe0) === 0x20) {
      const size = this.#integer(0x1f);
      if (size > this.maxTableSize) throw new HpackError('the table is larger than was announced');
      this.#table.maxSize = size;
    }
  }

  #next(): HeaderField {
    const first = this.#block[this.#at] as number;
    // Indexed (RFC 7541, section 6.1).
    if (first >= 0x80) return this.#indexed(this.#integer(0x7f));
    // A literal that is added to the table (section 6.2.1).
    if (first >= 0x40) {
      const field = this.#literal(0x3f);
      this.#table.add(field);
      return field;
    }
    if (first >= 0x20) throw new HpackError("the table's size changes within a block");
    // A literal that is not added, or must never be (sections 6.2.2, 6.2.3).
    return this.#literal(0x0f);
  }

  #literal(mask: number): HeaderField {
    const index = this.#integer(mask);
    const name = index === 0 ? this.#string() : this.#indexed(index).name;
    const value = this.#string();
    return new HeaderField(name, value, isSoundField(name, value));
  }

  #indexed(index: number): HeaderField {
    const field =
      index < FIRST_DYNAMIC_INDEX ? STATIC_FIELDS[index - 1] : this.#table.at(index - FIRST_DYNAMIC_INDEX);
    if (field === undefined) throw new HpackError(`there is no field ${index}`);
    return field;
  }

  /** An integer (RFC 7541, section 5.1). @param mask the bits of its prefix */
  #integer(mask: number): number {
    let value = this.#octet() & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= MAX_INTEGER_SHIFT; shift += 7) {
      const octet = this.#octet();
      value += (octet & 0x7f) << shift;
      if (octet < 0x80) return value;
    }
    throw new HpackError('an integer is too large');
  }

  /** A string (RFC 7541, section 5.2). */
  #string(): string {
    if (this.#at >= this.#end) throw truncated();
    const isHuffman = (this.#block[this.#at] as number) >= 0x80;
    const length = this.#integer(0x7f);
    const start = this.#at;
    const end = start + length;
    if (end > this.#end) throw truncated();
    this.#at = end;
    return isHuffman
      ? decodeHuffman(this.#block, start, end).toString('latin1')
      : this.#block.toString('latin1', start, end);
  }

  #octet(): number {
    if (this.#at >= this.#end) throw truncated();
    return this.#block[this.#at++] as number;
  }
}

function truncated(): HpackError {
  return new HpackError('the block ends within a field');
}
