import { ConnectionError, ErrorCode } from './error-code.js';
import { FRAME_HEADER, MAX_31_BITS, MAX_FRAME_SIZE } from './frame.js';

/** Takes the frames of a connection in their order. */
export interface FrameSink {
  /**
   * @param bytes hold the payload from `start` to `end`, until the call returns
   * @param streamId 0 for the connection itself
   */
  frame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void;
}

/** Cuts what a socket brings into frames (RFC 9113, section 4.1). Keeps no more than the beginning of one. */
export class FrameReader {
  /** The frame whose end has not come. */
  #begun: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(private readonly sink: FrameSink) {}

  /** @throws ConnectionError FRAME_SIZE_ERROR for a frame that is larger than was agreed; whatever the sink throws */
  read(chunk: Buffer): void {
    let at = this.#length > 0 ? this.#complete(chunk) : 0;
    while (chunk.length - at >= FRAME_HEADER) {
      const end = at + FRAME_HEADER + payloadLength(chunk, at);
      if (end > chunk.length) break;
      this.#pass(chunk, at, end);
      at = end;
    }
    if (at < chunk.length) this.#keep(chunk, at, chunk.length);
  }

  /** Goes on with the frame that was begun. @returns how much of the chunk belongs to it */
  #complete(chunk: Buffer): number {
    let at = 0;
    if (this.#length < FRAME_HEADER) {
      at = Math.min(FRAME_HEADER - this.#length, chunk.length);
      this.#keep(chunk, 0, at);
      if (this.#length < FRAME_HEADER) return at;
    }
    const missing = FRAME_HEADER + payloadLength(this.#begun, 0) - this.#length;
    const end = Math.min(at + missing, chunk.length);
    this.#keep(chunk, at, end);
    if (end - at < missing) return end;
    const frameEnd = this.#length;
    this.#length = 0;
    this.#pass(this.#begun, 0, frameEnd);
    return end;
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#begun.length) {
      // Most connections never need it, and those that do are seldom asked for a whole frame.
      const larger = Buffer.allocUnsafe(Math.min(2 * length, FRAME_HEADER + MAX_FRAME_SIZE));
      this.#begun.copy(larger, 0, 0, this.#length);
      this.#begun = larger;
    }
    chunk.copy(this.#begun, this.#length, start, end);
    this.#length = length;
  }

  #pass(bytes: Buffer, at: number, end: number): void {
    const streamId = bytes.readUInt32BE(at + 5) & MAX_31_BITS;
    this.sink.frame(
      bytes[at + 3] as number,
      bytes[at + 4] as number,
      streamId,
      bytes,
      at + FRAME_HEADER,
      end,
    );
  }
}

function payloadLength(bytes: Buffer, at: number): number {
  const length = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
  if (length > MAX_FRAME_SIZE)
    throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `a frame of ${length} octets`);
  return length;
}
