import { isUtf8 } from 'node:buffer';
import { type DescField, type DescMessage, type Registry } from '@bufbuild/protobuf';
import { badRequest } from '../transcoding-error.js';
import { WireReader } from '../wire/wire-reader.js';
import { WireWriter } from '../wire/wire-writer.js';
import type { DecodeContext } from './decode-context.js';
import { acceptsNull } from './field-reader.js';
import { JsonCursor } from './json-cursor.js';
import { JsonWriter } from './json-writer.js';
import { MessagePrinters } from './message-printers.js';
import { MessageReaders } from './message-readers.js';
import { DEFAULT_PRINT, type PrintOptions } from './print-options.js';

/** How a JSON text is read. */
export interface DecodeOptions {
  /** Skip members that name no field and enum names that are none. Default false. */
  readonly ignoreUnknownFields?: boolean;
}

/**
 * Canonical proto3 JSON to wire format and back, bytes to bytes, without message objects or strings between. An
 * interface, so that a faster codec can take the place of this one.
 */
export interface Codec {
  /**
   * The wire format of a message from its JSON form: UTF-8, or a text that was decoded from it.
   *
   * @throws TranscodingError 400: BODY_NOT_UTF8, JSON_MALFORMED, JSON_TOO_DEEP, FIELD_UNKNOWN, FIELD_DUPLICATE,
   * FIELD_INVALID, ONEOF_CONFLICT, ANY_TYPE_UNKNOWN, ANY_TYPE_TOO_LATE
   */
  decodeJson(message: DescMessage, json: Uint8Array | string, options?: DecodeOptions): Uint8Array;

  /** The tag and value of one field from the JSON form of its value; nothing for `null`. Throws the same. */
  decodeFieldJson(field: DescField, json: Uint8Array | string, options?: DecodeOptions): Uint8Array;

  /** The JSON form of a message. @throws TranscodingError 500: REPLY_MALFORMED, REPLY_TOO_DEEP, REPLY_UNPRINTABLE, ANY_TYPE_UNKNOWN */
  encodeJson(message: DescMessage, bytes: Uint8Array): Buffer;

  /** The JSON form of one field of a message; `null` for a message that is absent. Throws the same. */
  encodeFieldJson(field: DescField, bytes: Uint8Array): Buffer;
}

/** The codec for the types of a registry. Types inside of google.protobuf.Any are looked up there. */
export function createCodec(registry: Registry, print: Partial<PrintOptions> = {}): Codec {
  return new CompiledCodec(registry, { ...DEFAULT_PRINT, ...print });
}

class CompiledCodec implements Codec {
  private readonly readers = new MessageReaders();
  private readonly printers: MessagePrinters;
  /** Neither direction waits or calls itself, so one writer serves all. */
  private readonly wireWriter = new WireWriter();
  private readonly jsonWriter = new JsonWriter();

  constructor(
    private readonly registry: Registry,
    print: PrintOptions,
  ) {
    this.printers = new MessagePrinters(registry, print);
  }

  decodeJson(message: DescMessage, json: Uint8Array | string, options: DecodeOptions = {}): Uint8Array {
    const context = this.context(json, options);
    this.readers.get(message)(context);
    context.cursor.end();
    return context.writer.finish();
  }

  decodeFieldJson(field: DescField, json: Uint8Array | string, options: DecodeOptions = {}): Uint8Array {
    const context = this.context(json, options);
    context.path.push(field.name);
    if (context.cursor.kind() === 'null' && !(field.fieldKind === 'message' && acceptsNull(field.message))) {
      context.cursor.word('null');
    } else this.readers.ofField(field)(context);
    context.cursor.end();
    return context.writer.finish();
  }

  encodeJson(message: DescMessage, bytes: Uint8Array): Buffer {
    const { jsonWriter } = this;
    const reader = new WireReader(bytes);
    // What a refused message has left behind.
    jsonWriter.reset();
    this.printers.get(message)(reader, reader.length, jsonWriter);
    return jsonWriter.finish();
  }

  encodeFieldJson(field: DescField, bytes: Uint8Array): Buffer {
    const { jsonWriter } = this;
    const reader = new WireReader(bytes);
    jsonWriter.reset();
    this.printers.printField(field, reader, reader.length, jsonWriter);
    return jsonWriter.finish();
  }

  private context(json: Uint8Array | string, options: DecodeOptions): DecodeContext {
    // What a refused text has left behind.
    this.wireWriter.reset();
    return {
      cursor: new JsonCursor(utf8Of(json)),
      writer: this.wireWriter,
      readers: this.readers,
      registry: this.registry,
      ignoreUnknownFields: options.ignoreUnknownFields ?? false,
      path: [],
      lookedAhead: 0,
    };
  }
}

function utf8Of(json: Uint8Array | string): Uint8Array {
  if (typeof json === 'string') return Buffer.from(json);
  if (!isUtf8(json)) throw badRequest('BODY_NOT_UTF8', 'the body is not UTF-8');
  return json;
}
