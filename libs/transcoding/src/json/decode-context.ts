import type { Registry } from '@bufbuild/protobuf';
import { badRequest, type TranscodingError } from '../transcoding-error.js';
import type { WireWriter } from '../wire/wire-writer.js';
import type { JsonCursor } from './json-cursor.js';
import type { MessageReaders } from './message-readers.js';

/** What the readers of one JSON text share. */
export interface DecodeContext {
  readonly cursor: JsonCursor;
  readonly writer: WireWriter;
  readonly readers: MessageReaders;
  /** For the types inside of google.protobuf.Any. */
  readonly registry: Registry;
  readonly ignoreUnknownFields: boolean;
  /** Proto names of the fields that are being read, outermost first. */
  readonly path: string[];
  /** Bytes that were looked at ahead of the cursor so far. */
  lookedAhead: number;
}

/** Reads one JSON value and writes it as wire format. */
export type ValueReader = (context: DecodeContext) => void;

/** 400 with a violation of the field that is being read. */
export function invalid(
  context: DecodeContext,
  description: string,
  reason = 'FIELD_INVALID',
): TranscodingError {
  const field = context.path.join('.');
  return badRequest(
    reason,
    field === '' ? `the body ${description}` : description,
    field === '' ? undefined : field,
  );
}
