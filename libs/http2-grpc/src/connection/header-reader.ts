import { ConnectionError, ErrorCode } from '../frames/error-code.js';
import { HpackDecoder, type FieldSink } from '../hpack/hpack-decoder.js';
import type { HeaderField } from '../hpack/header-field.js';
import { HpackError } from '../hpack/hpack-error.js';

/** What a list of headers is: larger than was admitted, or not such as a message may have. */
export type HeaderVerdict = 'sound' | 'too large' | 'malformed';

const NOBODY: FieldSink = { field: () => undefined };
const COLON = 0x3a;

/** What tells calls of gRPC from other requests counts wherever it stands: clients send it behind their metadata. */
const KIND = 'content-type';

/** Reads the header blocks that come on a connection, and bounds what they expand to. */
export class HeaderReader implements FieldSink {
  readonly #decoder = new HpackDecoder();
  #sink = NOBODY;
  #size = 0;
  #isMalformed = false;
  #hasRegular = false;

  /** @param maxSize of a list, as RFC 9113, section 6.5.2 counts it */
  constructor(private readonly maxSize: number) {}

  /**
   * Reads a block. One that nobody waits for is read as well: the next one may refer to it.
   *
   * @param sink takes the fields, as far as they are not too many
   * @throws ConnectionError COMPRESSION_ERROR when nothing after it can be read (RFC 9113, section 4.3)
   */
  read(bytes: Buffer, start: number, end: number, sink: FieldSink = NOBODY): HeaderVerdict {
    this.#sink = sink;
    this.#size = 0;
    this.#isMalformed = this.#hasRegular = false;
    try {
      this.#decoder.decode(bytes, start, end, this);
    } catch (error) {
      if (!(error instanceof HpackError)) throw error;
      throw new ConnectionError(ErrorCode.COMPRESSION_ERROR, error.message);
    } finally {
      this.#sink = NOBODY;
    }
    if (this.#isMalformed) return 'malformed';
    return this.#size > this.maxSize ? 'too large' : 'sound';
  }

  field(field: HeaderField): void {
    this.#size += field.size;
    const isPseudo = field.name.charCodeAt(0) === COLON;
    // Pseudo-headers come first (RFC 9113, section 8.3).
    if (!field.isSound || (isPseudo && this.#hasRegular)) this.#isMalformed = true;
    this.#hasRegular ||= !isPseudo;
    if (this.#size <= this.maxSize || field.name === KIND) this.#sink.field(field);
  }
}
