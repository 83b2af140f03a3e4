import { Flag, FRAME_HEADER, FrameType, MAX_31_BITS, MAX_FRAME_SIZE } from '../frames/frame.js';
import { HpackEncoder } from '../hpack/hpack-encoder.js';

/** A frame, with whatever it should not have as well (RFC 9113, section 4.1). */
export function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const header = Buffer.alloc(FRAME_HEADER);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, payload]);
}

/** Big-endian numbers of 32 bits. */
export function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
  return bytes;
}

/** A SETTINGS frame. */
export function settings(...values: readonly [identifier: number, value: number][]): Buffer {
  const payload = Buffer.alloc(6 * values.length);
  values.forEach(([identifier, value], index) => {
    payload.writeUInt16BE(identifier, 6 * index);
    payload.writeUInt32BE(value, 6 * index + 2);
  });
  return frame(FrameType.SETTINGS, 0, 0, payload);
}

export const SETTINGS_ACK = frame(FrameType.SETTINGS, Flag.ACK, 0);

export type Fields = readonly (readonly [name: string, value: string])[];

/** A header block that uses no table: it can be sent at any time, any number of times. */
export function block(fields: Fields): Buffer {
  const encoder = new HpackEncoder();
  const bytes = Buffer.alloc(fields.reduce((sum, [name, value]) => sum + HpackEncoder.room(name, value), 0));
  encoder.begin(bytes, 0);
  for (const [name, value] of fields) encoder.neverIndexed(name, value);
  return bytes.subarray(0, encoder.end());
}

export function headers(streamId: number, fields: Fields, flags = 0): Buffer {
  return headerFrames(streamId, block(fields), flags);
}

/** A header block in as many frames as it takes. */
export function headerFrames(streamId: number, whole: Buffer, flags = 0): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at === 0 || at < whole.length; at += MAX_FRAME_SIZE) {
    const end = at + MAX_FRAME_SIZE < whole.length ? 0 : Flag.END_HEADERS;
    const [type, own] = at === 0 ? [FrameType.HEADERS, flags] : [FrameType.CONTINUATION, 0];
    frames.push(frame(type, own | end, streamId, whole.subarray(at, at + MAX_FRAME_SIZE)));
  }
  return Buffer.concat(frames);
}

export function data(streamId: number, payload: Uint8Array, flags = 0): Buffer {
  return frame(FrameType.DATA, flags, streamId, payload);
}

export function windowUpdate(streamId: number, increment: number): Buffer {
  return frame(FrameType.WINDOW_UPDATE, 0, streamId, uint32(increment));
}

/** A message as gRPC frames it. */
export function message(body: Uint8Array | string, compressed = 0): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from([compressed]), uint32(bytes.length), bytes]);
}

/** A frame that came. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** Cuts bytes into frames. @returns them, and what is left */
export function cut(bytes: Buffer): { frames: Frame[]; rest: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= FRAME_HEADER) {
    const end = at + FRAME_HEADER + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    frames.push({
      type: bytes[at + 3] as number,
      flags: bytes[at + 4] as number,
      streamId: bytes.readUInt32BE(at + 5) & MAX_31_BITS,
      payload: bytes.subarray(at + FRAME_HEADER, end),
    });
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}
