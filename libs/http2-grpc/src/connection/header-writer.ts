import { Flag, FRAME_HEADER, FrameType, MAX_FRAME_SIZE } from '../frames/frame.js';
import type { Outgoing } from '../frames/outgoing.js';
import { HpackEncoder } from '../hpack/hpack-encoder.js';

/** Writes header blocks: field by field through `encoder`, between `begin` and `end`. */
export class HeaderWriter {
  readonly encoder = new HpackEncoder();
  #frameAt = 0;

  constructor(private readonly out: Outgoing) {}

  /** @param room octets that the fields take at most, see `HpackEncoder.room` */
  begin(room: number): void {
    const { out } = this;
    out.reserve(FRAME_HEADER + room);
    this.#frameAt = out.at;
    this.encoder.begin(out.bytes, out.at + FRAME_HEADER);
  }

  /** @param isEnd whether nothing comes after them on the stream */
  end(streamId: number, isEnd: boolean): void {
    const { out } = this;
    const end = this.encoder.end();
    const length = end - this.#frameAt - FRAME_HEADER;
    const flags = isEnd ? Flag.END_STREAM : 0;
    if (length > MAX_FRAME_SIZE) return this.#split(streamId, flags, length);
    out.header(length, FrameType.HEADERS, flags | Flag.END_HEADERS, streamId);
    out.at = end;
  }

  /** In as many frames as it takes (RFC 9113, section 6.10). */
  #split(streamId: number, flags: number, length: number): void {
    const { out } = this;
    const start = this.#frameAt + FRAME_HEADER;
    const block = Buffer.from(out.bytes.subarray(start, start + length));
    for (let at = 0; at < length; at += MAX_FRAME_SIZE) {
      const part = block.subarray(at, at + MAX_FRAME_SIZE);
      const isLast = at + part.length === length;
      out.reserve(FRAME_HEADER + part.length);
      const own = (at === 0 ? flags : 0) | (isLast ? Flag.END_HEADERS : 0);
      out.header(part.length, at === 0 ? FrameType.HEADERS : FrameType.CONTINUATION, own, streamId);
      out.at += part.copy(out.bytes, out.at);
    }
  }
}
