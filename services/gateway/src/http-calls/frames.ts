import type { StatusObject } from '@grpc/grpc-js';
import { encodeStatusMessage } from '@gatehouse/http2-grpc';
import { connectErrorOf } from './connect-error.js';
import type { CallProtocol } from './call-form.js';

/** What goes before a message: flags, and its length in 32 bits. */
const PREFIX = 5;

/** The flags of a frame that is no message but the end of a stream. */
const GRPC_WEB_END = 0x80;
const CONNECT_END = 0x02;

/** A frame of gRPC-Web or Connect. */
export function frameOf(payload: Uint8Array, flags = 0): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX + payload.length);
  frame[0] = flags;
  frame.writeUInt32BE(payload.length, 1);
  frame.set(payload, PREFIX);
  return frame;
}

/** The last frame of a stream, which says how the call ended. @param status undefined for OK */
export function endFrameOf(protocol: CallProtocol, status: StatusObject | undefined): Buffer {
  if (protocol === 'grpc-web') return frameOf(Buffer.from(trailersOf(status)), GRPC_WEB_END);
  const end = status === undefined ? {} : { error: connectErrorOf(status) };
  return frameOf(Buffer.from(JSON.stringify(end)), CONNECT_END);
}

/** Trailers as lines of HTTP/1 (gRPC-Web). */
function trailersOf(status: StatusObject | undefined): string {
  if (status === undefined) return 'grpc-status: 0\r\n';
  const { code, details, metadata } = status;
  const fields: [name: string, value: unknown][] = [
    ['grpc-status', code],
    ['grpc-message', encodeStatusMessage(details)],
    ...Object.entries(metadata.toHttp2Headers()),
  ];
  return fields.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('');
}
