import { ConnectionError, ErrorCode, StreamError } from '../frames/error-code.js';
import { Flag, FrameType, MAX_31_BITS } from '../frames/frame.js';
import type { FrameSink } from '../frames/frame-reader.js';
import { HeaderBlock } from './header-block.js';

/** What the frames of the other end say, each in its turn. `bytes` hold what they hold until the call returns. */
export interface FrameEvents {
  /** @param octets what the frame counts against the windows: its padding too */
  onData(streamId: number, bytes: Buffer, start: number, end: number, octets: number, isEnd: boolean): void;
  /** A whole header block, still compressed. */
  onHeaders(streamId: number, bytes: Buffer, start: number, end: number, isEnd: boolean): void;
  /** @param code any number */
  onReset(streamId: number, code: number): void;
  onSettings(bytes: Buffer, start: number, end: number): void;
  onSettingsAck(): void;
  /** @param start where its eight octets begin */
  onPing(bytes: Buffer, start: number): void;
  onPingAck(bytes: Buffer, start: number): void;
  /** @param code any number */
  onGoaway(lastStreamId: number, code: number, debug: string): void;
  /** @param streamId 0 for the connection */
  onWindowUpdate(streamId: number, increment: number): void;
  /** A frame that was of no use. */
  onUseless(): void;
  onStreamFault(streamId: number, fault: StreamError): void;
}

/** Octets of a GOAWAY's debug data that are kept. */
const MAX_DEBUG = 256;

/**
 * Reads frames by their types and refuses what RFC 9113, section 6 calls an error whatever the state of the connection
 * is. What a frame means for that is its events' matter.
 */
export class FrameParser implements FrameSink {
  #isFirst = true;
  #block: HeaderBlock | undefined;

  /** @param maxBlock octets of a compressed header block in several frames */
  constructor(
    private readonly events: FrameEvents,
    private readonly maxBlock: number,
  ) {}

  /** @throws ConnectionError for what ends the connection */
  frame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (this.#isFirst) {
      // RFC 9113, section 3.4.
      if (type !== FrameType.SETTINGS || (flags & Flag.ACK) !== 0)
        throw protocol('the first frame is no SETTINGS');
      this.#isFirst = false;
    }
    if (this.#block !== undefined && (type !== FrameType.CONTINUATION || streamId !== this.#block.streamId))
      throw protocol('a frame within a header block');
    try {
      this.#read(type, flags, streamId, bytes, start, end);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      this.events.onStreamFault(streamId, error);
    }
  }

  #read(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    switch (type) {
      case FrameType.DATA:
        return this.#data(flags, streamId, bytes, start, end);
      case FrameType.HEADERS:
        return this.#headers(flags, streamId, bytes, start, end);
      case FrameType.PRIORITY:
        return this.#priority(streamId, end - start);
      case FrameType.RST_STREAM:
        ofStream(streamId, 'RST_STREAM');
        sized(end - start === 4, 'RST_STREAM');
        return this.events.onReset(streamId, bytes.readUInt32BE(start));
      case FrameType.SETTINGS:
        return this.#settings(flags, streamId, bytes, start, end);
      case FrameType.PUSH_PROMISE:
        // A client has said that it takes none, and nobody promises anything to a server (RFC 9113, section 8.4).
        throw protocol('PUSH_PROMISE');
      case FrameType.PING:
        ofConnection(streamId, 'PING');
        sized(end - start === 8, 'PING');
        return (flags & Flag.ACK) === 0
          ? this.events.onPing(bytes, start)
          : this.events.onPingAck(bytes, start);
      case FrameType.GOAWAY:
        return this.#goaway(streamId, bytes, start, end);
      case FrameType.WINDOW_UPDATE:
        return this.#windowUpdate(streamId, bytes, start, end);
      case FrameType.CONTINUATION:
        return this.#continuation(flags, bytes, start, end);
      default:
        // RFC 9113, section 5.5.
        return this.events.onUseless();
    }
  }

  #data(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    ofStream(streamId, 'DATA');
    const isEnd = (flags & Flag.END_STREAM) !== 0;
    const padding = paddingOf(flags, bytes, start, end);
    const from = (flags & Flag.PADDED) === 0 ? start : start + 1;
    if (from === end - padding && !isEnd) this.events.onUseless();
    this.events.onData(streamId, bytes, from, end - padding, end - start, isEnd);
  }

  #headers(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    ofStream(streamId, 'HEADERS');
    const padding = paddingOf(flags, bytes, start, end);
    let from = (flags & Flag.PADDED) === 0 ? start : start + 1;
    if ((flags & Flag.PRIORITY) !== 0) {
      // What it says is no longer heeded (RFC 9113, section 5.3.2).
      from += 5;
      sized(from <= end - padding, 'HEADERS');
    }
    const isEnd = (flags & Flag.END_STREAM) !== 0;
    if ((flags & Flag.END_HEADERS) !== 0) {
      this.events.onHeaders(streamId, bytes, from, end - padding, isEnd);
      return;
    }
    this.#block = new HeaderBlock(streamId, isEnd, this.maxBlock);
    this.#block.add(bytes, from, end - padding);
  }

  #continuation(flags: number, bytes: Buffer, start: number, end: number): void {
    const block = this.#block;
    if (block === undefined) throw protocol('CONTINUATION of nothing');
    block.add(bytes, start, end);
    if ((flags & Flag.END_HEADERS) === 0) return;
    this.#block = undefined;
    const whole = block.whole();
    this.events.onHeaders(block.streamId, whole, 0, whole.length, block.isEnd);
  }

  #priority(streamId: number, length: number): void {
    ofStream(streamId, 'PRIORITY');
    if (length !== 5) throw new StreamError(ErrorCode.FRAME_SIZE_ERROR, 'PRIORITY of a wrong size');
    this.events.onUseless();
  }

  #settings(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    ofConnection(streamId, 'SETTINGS');
    if ((flags & Flag.ACK) === 0) {
      sized((end - start) % 6 === 0, 'SETTINGS');
      this.events.onSettings(bytes, start, end);
    } else {
      sized(start === end, 'SETTINGS');
      this.events.onSettingsAck();
    }
  }

  #goaway(streamId: number, bytes: Buffer, start: number, end: number): void {
    ofConnection(streamId, 'GOAWAY');
    sized(end - start >= 8, 'GOAWAY');
    const lastStreamId = bytes.readUInt32BE(start) & MAX_31_BITS;
    const debug = bytes.toString('latin1', start + 8, Math.min(end, start + 8 + MAX_DEBUG));
    this.events.onGoaway(lastStreamId, bytes.readUInt32BE(start + 4), debug);
  }

  #windowUpdate(streamId: number, bytes: Buffer, start: number, end: number): void {
    sized(end - start === 4, 'WINDOW_UPDATE');
    const increment = bytes.readUInt32BE(start) & MAX_31_BITS;
    if (increment > 0) return this.events.onWindowUpdate(streamId, increment);
    const message = 'WINDOW_UPDATE by nothing';
    throw streamId === 0 ? protocol(message) : new StreamError(ErrorCode.PROTOCOL_ERROR, message);
  }
}

/** Octets of padding behind what a frame carries (RFC 9113, section 6.1). */
function paddingOf(flags: number, bytes: Buffer, start: number, end: number): number {
  if ((flags & Flag.PADDED) === 0) return 0;
  sized(end > start, 'a padded frame');
  const padding = bytes[start] as number;
  if (padding >= end - start) throw protocol('more padding than there is');
  return padding;
}

function ofStream(streamId: number, name: string): void {
  if (streamId === 0) throw protocol(`${name} of no stream`);
}

function ofConnection(streamId: number, name: string): void {
  if (streamId !== 0) throw protocol(`${name} of a stream`);
}

function sized(isRight: boolean, name: string): void {
  if (!isRight) throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `${name} of a wrong size`);
}

function protocol(message: string): ConnectionError {
  return new ConnectionError(ErrorCode.PROTOCOL_ERROR, message);
}
