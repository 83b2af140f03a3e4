import { CallError, Channel } from '@gatehouse/http2-grpc';
import { makeRequests, type RequestLoad, type Requests } from './requests.js';

/** Connections of the load, as of several programs that call. */
const CONNECTIONS = 4;

const TIMEOUT_MS = 10_000;

/**
 * Connects to a server by gRPC, in frames of our own: it must cost less than what it measures.
 *
 * @param underWay the most calls under way, on all connections together
 */
export function openGrpcLoad(port: number, underWay: number): RequestLoad {
  const channels = Array.from({ length: CONNECTIONS }, () => {
    const target = `ipv4:127.0.0.1:${port}`;
    return new Channel({ target, use: 'calls', isIdempotent: () => false, connections: 1 });
  });
  const ways = Array.from({ length: underWay }, (_, way) => channels[way % CONNECTIONS] as Channel);
  return {
    run: async (requests) => {
      const callOf = callsOf(requests);
      const ask = (channel: Channel, index: number) => channel.unary(callOf(index)).then(nothing, codeOf);
      return makeRequests(ways, requests, ask);
    },
    close: () => {
      for (const channel of channels) channel.close();
    },
  };
}

function callsOf({ path, body, credentials }: Requests) {
  const request = Buffer.from(body?.base64 ?? '', 'base64');
  const metadata = credentials.map((credential) => {
    const [name = '', value = ''] = credential.split(': ', 2);
    return { [name]: value };
  });
  return (index: number) => ({
    path,
    request,
    metadata: metadata[index % metadata.length] ?? {},
    deadline: performance.now() + TIMEOUT_MS,
  });
}

function nothing(): undefined {
  return undefined;
}

function codeOf(error: unknown): number {
  if (error instanceof CallError) return error.code;
  throw error;
}
