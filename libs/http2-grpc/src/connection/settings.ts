import { ConnectionError, ErrorCode } from '../frames/error-code.js';
import { MAX_31_BITS, MAX_FRAME_SIZE } from '../frames/frame.js';

/** What an end of a connection says of itself (RFC 9113, section 6.5.2). */
export const Setting = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
} as const;

/** The windows that a connection and its streams begin with unless SETTINGS say otherwise (RFC 9113, section 6.9.2). */
export const DEFAULT_WINDOW = 65_535;

const MAX_MAX_FRAME_SIZE = 0xff_ffff;

/** The settings of the other end: the defaults, and what it has said since. */
export class PeerSettings {
  headerTableSize = 4_096;
  /** Unlimited unless said otherwise. */
  maxConcurrentStreams = MAX_31_BITS;
  initialWindowSize = DEFAULT_WINDOW;
  maxFrameSize = MAX_FRAME_SIZE;
  /** Unlimited unless said otherwise. */
  maxHeaderListSize = MAX_31_BITS;

  /**
   * Takes over the payload of a SETTINGS frame, whose length is a multiple of six.
   *
   * @throws ConnectionError for a value that is out of its range
   */
  update(bytes: Buffer, start: number, end: number): void {
    for (let at = start; at < end; at += 6) this.#set(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
  }

  /** One that is not known is ignored. */
  #set(identifier: number, value: number): void {
    switch (identifier) {
      case Setting.HEADER_TABLE_SIZE:
        this.headerTableSize = value;
        break;
      case Setting.ENABLE_PUSH:
        if (value > 1) throw outOfRange('ENABLE_PUSH', value);
        break;
      case Setting.MAX_CONCURRENT_STREAMS:
        this.maxConcurrentStreams = value;
        break;
      case Setting.INITIAL_WINDOW_SIZE:
        if (value > MAX_31_BITS)
          throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, `INITIAL_WINDOW_SIZE is ${value}`);
        this.initialWindowSize = value;
        break;
      case Setting.MAX_FRAME_SIZE:
        if (value < MAX_FRAME_SIZE || value > MAX_MAX_FRAME_SIZE) throw outOfRange('MAX_FRAME_SIZE', value);
        this.maxFrameSize = value;
        break;
      case Setting.MAX_HEADER_LIST_SIZE:
        this.maxHeaderListSize = value;
    }
  }
}

function outOfRange(name: string, value: number): ConnectionError {
  return new ConnectionError(ErrorCode.PROTOCOL_ERROR, `${name} is ${value}`);
}
