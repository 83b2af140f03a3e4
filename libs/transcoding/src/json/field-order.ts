import { badReply } from '../transcoding-error.js';
import { WireReader } from '../wire/wire-reader.js';
import { WireWriter } from '../wire/wire-writer.js';

/** What is known of a field for its place among the others. */
export interface PlacedField {
  /** Its place among the fields in the order of their numbers. */
  readonly index: number;
  /** The tags that it takes, the usual one first. */
  readonly tags: readonly [number, ...number[]];
  readonly repeated: boolean;
  readonly isMessage: boolean;
  /** The places of the other fields of its oneof, which it unsets. */
  readonly excludes: readonly number[];
  /** A bit that the fields of its oneof have in common; others may have the same. 0 for a field of none. */
  readonly oneofBit: number;
}

/**
 * Puts the fields of a message on the wire in the order of their numbers, each once: a printer then goes through them
 * once and never turns back. Nearly all messages come that way, which is seen without a copy.
 */
export class FieldOrder<Field extends PlacedField> {
  private readonly byTag = new Map<number, Field>();

  constructor(readonly fields: readonly Field[]) {
    for (const field of fields) for (const tag of field.tags) this.byTag.set(tag, field);
  }

  /** The field of a tag; undefined for one that is not known, or not with this wire type. */
  find(tag: number): Field | undefined {
    return this.byTag.get(tag);
  }

  /**
   * Answers a reader of the message between `reader.at` and `end` that has its fields in order: the same one as it
   * stood, or one of a copy of nothing but this message, the first being left at `end`.
   *
   * @throws TranscodingError REPLY_MALFORMED
   */
  arrange(reader: WireReader, end: number): WireReader {
    const start = reader.at;
    const isOrdered = this.isOrdered(reader, end);
    reader.at = start;
    return isOrdered ? reader : new WireReader(this.rewritten(reader, end));
  }

  private isOrdered(reader: WireReader, end: number): boolean {
    let place = -1;
    let oneofs = 0;
    let previous: Field | undefined;
    let isOrdered = true;
    while (reader.at < end) {
      const tag = reader.varint32();
      reader.skip(tag);
      const field = this.after(place, tag);
      if (field !== undefined) {
        const again = field.index === place;
        if (field.index < place || (again && !(field.repeated && field === previous))) isOrdered = false;
        if (!again && (oneofs & field.oneofBit) !== 0) isOrdered = false;
        oneofs |= field.oneofBit;
        place = field.index;
      }
      previous = field;
    }
    if (reader.at !== end)
      throw badReply('REPLY_MALFORMED', 'the reply is no protobuf message: a field runs past its message');
    return isOrdered;
  }

  /** The field of a tag, most often the one after the last or one more of that. */
  private after(place: number, tag: number): Field | undefined {
    const next = this.fields[place + 1];
    if (next !== undefined && next.tags[0] === tag) return next;
    const last = this.fields[place];
    return last !== undefined && last.tags[0] === tag ? last : this.byTag.get(tag);
  }

  private rewritten(reader: WireReader, end: number): Uint8Array {
    const found = this.fields.map((): Uint8Array[] => []);
    while (reader.at < end) {
      const at = reader.at;
      const tag = reader.varint32();
      reader.skip(tag);
      const field = this.byTag.get(tag);
      if (field === undefined) continue;
      for (const other of field.excludes) found[other] = [];
      // The last one of a scalar counts.
      if (!field.repeated && !field.isMessage) found[field.index] = [];
      found[field.index]?.push(reader.slice(at, reader.at));
    }
    const writer = new WireWriter();
    for (const field of this.fields) {
      const occurrences = found[field.index] ?? [];
      if (occurrences.length > 1 && field.isMessage && !field.repeated)
        writeMerged(writer, field, occurrences);
      else for (const occurrence of occurrences) writer.raw(occurrence);
    }
    return writer.finish();
  }
}

/** Occurrences of a singular message merge, and merging is what concatenation of their payloads means. */
function writeMerged(writer: WireWriter, { tags }: PlacedField, occurrences: readonly Uint8Array[]): void {
  writer.varint(tags[0]);
  const start = writer.open();
  for (const occurrence of occurrences) {
    const reader = new WireReader(occurrence);
    reader.varint32();
    writer.raw(reader.payload());
  }
  writer.close(start);
}
