import { isAscii, isUtf8 } from 'node:buffer';
import { type DescField, type DescMessage, type Registry } from '@bufbuild/protobuf';
import { badRequest } from '../transcoding-error.js';
import { WireReader } from '../wire/wire-reader.js';
import { WireWriter } from '../wire/wire-writer.js';
import type { DecodeContext } from './decode-context.js';
import { absentText, compileFieldPrinter, type FieldPrinter } from './field-printer.js';
import { acceptsNull, compileFieldReader } from './field-reader.js';
import { JsonCursor } from './json-cursor.js';
import { MessagePrinters } from './message-printers.js';
import { MessageReaders } from './message-readers.js';
import { DEFAULT_PRINT, type PrintOptions } from './print-options.js';

/** How a JSON text is read. */
export interface DecodeOptions {
  /** Skip members that name no field and enum names that are none. Default false. */
  readonly ignoreUnknownFields?: boolean;
}

/**
 * Canonical proto3 JSON to wire format and back, without message objects between. An interface, so that a
 * faster codec can take the place of this one.
 */
export interface Codec {
  /**
   * The wire format of a message from its JSON form, a text that was decoded from UTF-8.
   *
   * @throws TranscodingError 400: JSON_MALFORMED, JSON_TOO_DEEP, FIELD_UNKNOWN, FIELD_DUPLICATE,
   * FIELD_INVALID, ONEOF_CONFLICT, ANY_TYPE_UNKNOWN, ANY_TYPE_TOO_LATE
   */
  decodeJson(message: DescMessage, text: string, options?: DecodeOptions): Uint8Array;

  /** The tag and value of one field from the JSON form of its value; nothing for `null`. Throws the same. */
  decodeFieldJson(field: DescField, text: string, options?: DecodeOptions): Uint8Array;

  /** The JSON form of a message. @throws TranscodingError 500: REPLY_MALFORMED, REPLY_TOO_DEEP, REPLY_UNPRINTABLE, ANY_TYPE_UNKNOWN */
  encodeJson(message: DescMessage, bytes: Uint8Array): string;

  /** The JSON form of one field of a message; `null` for a message that is absent. Throws the same. */
  encodeFieldJson(field: DescField, bytes: Uint8Array): string;
}

/** The codec for the types of a registry. Types inside of google.protobuf.Any are looked up there. */
export function createCodec(registry: Registry, print: Partial<PrintOptions> = {}): Codec {
  return new CompiledCodec(registry, { ...DEFAULT_PRINT, ...print });
}

class CompiledCodec implements Codec {
  private readonly readers = new MessageReaders();
  /** Decoding is synchronous and does not call itself, so one writer serves all. */
  private readonly writer = new WireWriter();
  private readonly printers: MessagePrinters;
  private readonly fieldPrinters = new Map<DescField, FieldPrinter>();

  constructor(
    private readonly registry: Registry,
    private readonly print: PrintOptions,
  ) {
    this.printers = new MessagePrinters(registry, print);
  }

  decodeJson(message: DescMessage, text: string, options: DecodeOptions = {}): Uint8Array {
    const context = this.context(text, options);
    this.readers.get(message)(context);
    context.cursor.end();
    return context.writer.finish();
  }

  decodeFieldJson(field: DescField, text: string, options: DecodeOptions = {}): Uint8Array {
    const context = this.context(text, options);
    context.path.push(field.name);
    if (context.cursor.kind() === 'null' && !(field.fieldKind === 'message' && acceptsNull(field.message))) {
      context.cursor.word('null');
    } else compileFieldReader(field)(context);
    context.cursor.end();
    return context.writer.finish();
  }

  encodeJson(message: DescMessage, bytes: Uint8Array): string {
    const reader = new WireReader(bytes);
    return this.printers.get(message)(reader, reader.length, 1);
  }

  encodeFieldJson(field: DescField, bytes: Uint8Array): string {
    let printer = this.fieldPrinters.get(field);
    if (printer === undefined)
      this.fieldPrinters.set(field, (printer = compileFieldPrinter(field, this.printers)));
    const reader = new WireReader(bytes);
    let slot: unknown;
    while (reader.at < reader.length) {
      const at = reader.at;
      const tag = reader.varint32();
      const wireType = tag & 7;
      if (tag >>> 3 !== field.number || !printer.accepts(wireType)) reader.skip(tag);
      else slot = printer.take({ reader, wireType, at, depth: 1 }, slot);
    }
    return slot === undefined ? (absentText(field, this.print) ?? 'null') : printer.text(slot);
  }

  private context(text: string, options: DecodeOptions): DecodeContext {
    // What a refused text has left behind.
    this.writer.reset();
    return {
      cursor: new JsonCursor(text),
      writer: this.writer,
      readers: this.readers,
      registry: this.registry,
      ignoreUnknownFields: options.ignoreUnknownFields ?? false,
      path: [],
      lookedAhead: 0,
    };
  }
}

/** The text of a body. @throws TranscodingError BODY_NOT_UTF8 (400) */
export function decodeUtf8(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Most bodies are ASCII, and one byte for a character is both the fastest copy and the fastest text to read.
  if (isAscii(buffer)) return buffer.toString('latin1');
  if (!isUtf8(buffer)) throw badRequest('BODY_NOT_UTF8', 'the body is not UTF-8');
  return buffer.toString('utf8');
}
