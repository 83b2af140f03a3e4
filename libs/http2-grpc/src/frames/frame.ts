/** The types of frames (RFC 9113, section 6). */
export const FrameType = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

/** The flags of frames; which of them a frame may have depends on its type. */
export const Flag = {
  END_STREAM: 0x1,
  /** Of SETTINGS and PING. */
  ACK: 0x1,
  END_HEADERS: 0x4,
  PADDED: 0x8,
  PRIORITY: 0x20,
} as const;

/** Octets before the payload of a frame (RFC 9113, section 4.1). */
export const FRAME_HEADER = 9;

/** The largest payload that an end takes unless it has said otherwise (RFC 9113, section 4.2). Nothing here does. */
export const MAX_FRAME_SIZE = 16_384;

/** What begins the client's side of a connection (RFC 9113, section 3.4). */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** The largest ID of a stream, and the largest window (RFC 9113, sections 5.1.1, 6.9.1). */
export const MAX_31_BITS = 0x7fff_ffff;
