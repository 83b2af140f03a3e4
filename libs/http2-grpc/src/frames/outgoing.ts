import type { Duplex } from 'node:stream';
import type { ErrorCode } from './error-code.js';
import { Flag, FRAME_HEADER, FrameType, MAX_31_BITS } from './frame.js';

/** Memory that frames are written to before they leave, in octets. */
const SLAB = 65_536;

/**
 * The frames that leave on a connection. They are written one behind the other into memory of its own and handed to the
 * socket together, once in a turn of the event loop, after all that has come in has been looked at: a system call costs
 * more than a frame.
 */
export class Outgoing {
  /** Where frames are written, from `at` on; see {@link reserve}. */
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  #start = 0;
  #isScheduled = false;
  readonly #turn = (): void => this.#endTurn();

  /** @param onRoom called when the socket takes more */
  constructor(
    private readonly socket: Duplex,
    private readonly onRoom: () => void,
  ) {
    socket.on('drain', onRoom);
  }

  /** Octets that were written and have not left the process. */
  get unsent(): number {
    return this.socket.writableLength + this.at - this.#start;
  }

  /** Makes room for so many octets from `at` on, and has them sent soon. */
  reserve(octets: number): void {
    if (this.bytes.length - this.at < octets) this.#renew(octets);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#turn);
  }

  /**
   * Hands what was written to the socket now. One that was told to end is not written to any more: it would let go of
   * what has not left.
   *
   * @returns whether it takes more
   */
  flush(): boolean {
    if (this.at === this.#start || !this.socket.writable) return !this.socket.writableNeedDrain;
    const takesMore = this.socket.write(this.bytes.subarray(this.#start, this.at));
    this.#start = this.at;
    return takesMore;
  }

  #endTurn(): void {
    this.#isScheduled = false;
    if (this.flush()) this.onRoom();
  }

  /** The header of a frame, for which there is room. */
  header(length: number, type: number, flags: number, streamId: number): void {
    const { bytes, at } = this;
    bytes[at] = length >> 16;
    bytes[at + 1] = length >> 8;
    bytes[at + 2] = length;
    bytes[at + 3] = type;
    bytes[at + 4] = flags;
    this.at = bytes.writeUInt32BE(streamId, at + 5);
  }

  /** @param values by identifier (RFC 9113, section 6.5.2) */
  settings(values: ReadonlyMap<number, number>): void {
    const length = values.size * 6;
    this.reserve(FRAME_HEADER + length);
    this.header(length, FrameType.SETTINGS, 0, 0);
    for (const [identifier, value] of values) {
      this.at = this.bytes.writeUInt16BE(identifier, this.at);
      this.at = this.bytes.writeUInt32BE(value, this.at);
    }
  }

  settingsAck(): void {
    this.reserve(FRAME_HEADER);
    this.header(0, FrameType.SETTINGS, Flag.ACK, 0);
  }

  /** @param payload holds eight octets from `start` on */
  ping(flags: number, payload: Buffer, start: number): void {
    this.reserve(FRAME_HEADER + 8);
    this.header(8, FrameType.PING, flags, 0);
    this.at += payload.copy(this.bytes, this.at, start, start + 8);
  }

  rstStream(streamId: number, code: ErrorCode): void {
    this.reserve(FRAME_HEADER + 4);
    this.header(4, FrameType.RST_STREAM, 0, streamId);
    this.at = this.bytes.writeUInt32BE(code, this.at);
  }

  windowUpdate(streamId: number, increment: number): void {
    this.reserve(FRAME_HEADER + 4);
    this.header(4, FrameType.WINDOW_UPDATE, 0, streamId);
    this.at = this.bytes.writeUInt32BE(increment & MAX_31_BITS, this.at);
  }

  /** @param debug what a person may read about it, in ASCII */
  goaway(lastStreamId: number, code: ErrorCode, debug = ''): void {
    const length = 8 + debug.length;
    this.reserve(FRAME_HEADER + length);
    this.header(length, FrameType.GOAWAY, 0, 0);
    this.at = this.bytes.writeUInt32BE(lastStreamId, this.at);
    this.at = this.bytes.writeUInt32BE(code, this.at);
    this.at += this.bytes.write(debug, this.at, 'latin1');
  }

  /** Any octets: a preface. */
  raw(octets: Buffer): void {
    this.reserve(octets.length);
    this.at += octets.copy(this.bytes, this.at);
  }

  /** Begins in memory that nobody reads any more: what there is, once the socket has sent all of it, or new. */
  #renew(octets: number): void {
    this.flush();
    if (this.socket.writableLength > 0 || this.bytes.length < octets)
      this.bytes = Buffer.allocUnsafeSlow(Math.max(SLAB, octets));
    this.at = this.#start = 0;
  }
}
