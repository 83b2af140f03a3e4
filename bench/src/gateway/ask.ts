import { CallError, Channel } from '@gatehouse/http2-grpc';
import { httpStatusOf } from '@gatehouse/transcoding';
import { requestBy, type Protocol } from './protocols.js';
import type { RequestName } from './resources.js';

/** Whom requests are made to. */
export interface Asked {
  readonly port: number;
  readonly protocol: Protocol;
}

/** What came back. */
export interface Answer {
  /** Of HTTP, or what REST would say instead of the status of gRPC. */
  readonly status: number;
  /** JSON, or a message in base64; undefined for a refusal. */
  readonly body?: unknown;
}

const TIMEOUT_MS = 10_000;

/** Makes one request. @param authorization '' for none */
export async function ask(
  { port, protocol }: Asked,
  name: RequestName,
  authorization: string,
): Promise<Answer> {
  const { path, body } = requestBy(protocol, name);
  const bytes = body && Buffer.from(body.base64, 'base64');
  const credential: Record<string, string> = authorization === '' ? {} : { authorization };
  if (protocol === 'gRPC') return call(port, path, bytes ?? Buffer.alloc(0), credential);
  const headers = { ...credential, ...(body && { 'content-type': body.contentType }) };
  const method = body ? 'POST' : 'GET';
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body: bytes });
  const received = Buffer.from(await response.arrayBuffer());
  if (!response.ok) return { status: response.status };
  if (protocol === 'gRPC-Web') return readFrames(received);
  return { status: response.status, body: JSON.parse(received.toString()) };
}

async function call(
  port: number,
  path: string,
  request: Buffer,
  metadata: Record<string, string>,
): Promise<Answer> {
  const target = `ipv4:127.0.0.1:${port}`;
  const channel = new Channel({ target, use: 'calls', isIdempotent: () => false });
  try {
    const deadline = performance.now() + TIMEOUT_MS;
    const { message } = await channel.unary({ path, request, metadata, deadline });
    return { status: 200, body: Buffer.from(message).toString('base64') };
  } catch (error) {
    if (error instanceof CallError) return { status: httpStatusOf(error.code) };
    throw error;
  } finally {
    channel.close();
  }
}

/** The message and the status, each a frame of gRPC-Web; a refusal has the status alone. */
function readFrames(received: Buffer): Answer {
  let body: string | undefined;
  let code = NaN;
  for (let at = 0; at < received.length;) {
    const end = at + 5 + received.readUInt32BE(at + 1);
    const payload = received.subarray(at + 5, end);
    if (received[at] === 0) body = payload.toString('base64');
    else code = Number(/grpc-status: (\d+)/.exec(payload.toString('latin1'))?.[1]);
    at = end;
  }
  return { status: httpStatusOf(code), body };
}
