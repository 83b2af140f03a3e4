import type { HeaderField } from '../header-field.js';
import type { FieldSink, HpackDecoder } from '../hpack-decoder.js';
import { HpackError } from '../hpack-error.js';
import { FIRST_DYNAMIC_INDEX } from '../static-table.js';

/** Keeps the fields of a block as `name: value`. */
export class FieldList implements FieldSink {
  readonly fields: HeaderField[] = [];

  field(field: HeaderField): void {
    this.fields.push(field);
  }

  get lines(): string[] {
    return this.fields.map(({ name, value }) => `${name}: ${value}`);
  }
}

/** The fields of a block as `name: value`. */
export function decodeLines(decoder: HpackDecoder, block: Buffer): string[] {
  const list = new FieldList();
  decoder.decode(block, 0, block.length, list);
  return list.lines;
}

/** The dynamic table of a decoder, the newest first. */
export function tableOf(decoder: HpackDecoder): string[] {
  const table: string[] = [];
  try {
    for (let index = FIRST_DYNAMIC_INDEX; ; index++)
      table.push(...decodeLines(decoder, Buffer.from([0x80 | index])));
  } catch (error) {
    if (!(error instanceof HpackError)) throw error;
  }
  return table;
}
