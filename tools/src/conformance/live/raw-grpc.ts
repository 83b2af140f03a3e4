import { connect, constants, type ClientHttp2Stream, type ClientSessionOptions } from 'node:http2';
import { status } from '@grpc/grpc-js';
import type { Fields } from '../live-system.js';

const TIMEOUT_MS = 10_000;
/** Lets one field stand twice. Node's types know the option for servers alone. */
const REPETITIONS: ClientSessionOptions & { strictSingleValueFields: boolean } = {
  strictSingleValueFields: false,
};
/** The frame of an empty message: not compressed, no bytes. */
const EMPTY_MESSAGE = Buffer.alloc(5);

/**
 * Calls a method with an empty message over bare HTTP/2, where fields may stand twice and trailers be sent.
 *
 * @returns the name of the gRPC status; INTERNAL when the server resets the stream or the connection
 */
export async function callRawGrpc(
  address: string,
  path: string,
  headers: Fields,
  trailers: Fields,
): Promise<string> {
  const session = connect(`http://${address}`, REPETITIONS);
  session.on('error', () => undefined); // the stream tells
  try {
    const stream = session.request(
      [
        [constants.HTTP2_HEADER_METHOD, 'POST'],
        [constants.HTTP2_HEADER_SCHEME, 'http'],
        [constants.HTTP2_HEADER_AUTHORITY, address],
        [constants.HTTP2_HEADER_PATH, path],
        ['content-type', 'application/grpc'],
        ['te', 'trailers'],
        ...headers,
      ].flat(),
      { waitForTrailers: trailers.length > 0 },
    );
    stream.setTimeout(TIMEOUT_MS, () => stream.close(constants.NGHTTP2_CANCEL));
    stream.on('wantTrailers', () => stream.sendTrailers(Object.fromEntries(trailers)));
    stream.end(EMPTY_MESSAGE);
    return await statusOf(stream);
  } finally {
    session.destroy();
  }
}

function statusOf(stream: ClientHttp2Stream): Promise<string> {
  return new Promise((resolve) => {
    let code: unknown;
    const read = (fields: Readonly<Record<string, unknown>>) => (code = fields['grpc-status'] ?? code);
    stream.on('response', read); // an answer of trailers alone
    stream.on('trailers', read);
    stream.on('error', () => undefined); // `close` follows
    stream.on('close', () => resolve(code === undefined ? 'INTERNAL' : (status[Number(code)] ?? 'UNKNOWN')));
    stream.resume();
  });
}
