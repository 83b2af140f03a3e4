import { connect, constants, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';
import { once } from 'node:events';

/** Which unary call is made, how often and by whom. */
export interface Calls {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** The encoded request message, in base64. */
  readonly message: string;
  /** The values of `authorization`, used in turn. */
  readonly authorizations: readonly string[];
  readonly count: number;
}

/** Connections of the load: as many as a gateway keeps to a backend, or replicas of it. */
const CHANNELS = 4;
/** Calls under way on each connection. */
const CALLS_PER_CHANNEL = 8;

/** Connections to one server, and the means to load it. */
export interface Load {
  /**
   * Makes the calls, each as soon as one before it was answered.
   *
   * @returns how long it took, in seconds
   * @throws Error when a call is answered with anything but OK
   */
  run(calls: Calls): Promise<number>;
  close(): void;
}

/**
 * Connects to a server. A gRPC client that does no more than frame messages
 * over node:http2: it must cost less than what it measures.
 */
export async function openLoad(port: number): Promise<Load> {
  const sessions = Array.from({ length: CHANNELS }, () => connect(`http://127.0.0.1:${port}`));
  await Promise.all(sessions.map((session) => once(session, 'remoteSettings')));
  // A lost connection fails the calls on it, and they are asked.
  for (const session of sessions) session.on('error', () => undefined);
  return {
    run: async ({ path, message, authorizations, count }) => {
      const body = frame(Buffer.from(message, 'base64'));
      let started = 0;
      const start = performance.now();
      const caller = async (session: ClientHttp2Session) => {
        while (started < count) {
          const authorization = authorizations[started++ % authorizations.length];
          await callOnce(session, headersOf(path, authorization), body);
        }
      };
      const callers = sessions.flatMap((session) => Array.from({ length: CALLS_PER_CHANNEL }, () => session));
      await Promise.all(callers.map(caller));
      return (performance.now() - start) / 1_000;
    },
    close: () => {
      for (const session of sessions) session.close();
    },
  };
}

/** What the gateway sends with a call. */
function headersOf(path: string, authorization: string | undefined): OutgoingHttpHeaders {
  return {
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: path,
    'content-type': 'application/grpc',
    te: 'trailers',
    'grpc-timeout': '10S',
    authorization,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    'x-request-id': '0f3c8a52-6f0e-4f7a-9d5e-3f1b6a7c2d10',
  };
}

function callOnce(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers);
    let status: unknown;
    const look = (received: Readonly<Record<string, unknown>>) => (status ??= received['grpc-status']);
    stream.on('response', look).on('trailers', look).on('error', reject);
    stream.on('close', () => {
      if (status === '0') resolve();
      else reject(new Error(`a call was answered with gRPC status ${String(status)}`));
    });
    stream.resume();
    stream.end(body);
  });
}

/** Length-prefixed and uncompressed, as gRPC frames a message. */
function frame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
