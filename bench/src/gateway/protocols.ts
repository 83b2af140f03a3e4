import type { Requests } from '../load/requests.js';
import { bodies, messages, replies, REQUESTS, type RequestName } from './resources.js';

/** How a gateway is asked: Connect in JSON, gRPC-Web in wire format. */
export type Protocol = 'REST' | 'gRPC' | 'gRPC-Web' | 'Connect';

const CONTENT_TYPES = {
  gRPC: 'application/grpc',
  'gRPC-Web': 'application/grpc-web+proto',
  Connect: 'application/json',
} as const;

/** A request as it is made by a protocol. */
export function requestBy(protocol: Protocol, name: RequestName): Pick<Requests, 'path' | 'body'> {
  const { path, method, json } = REQUESTS[name];
  if (protocol === 'REST') return { path };
  const message = messages()[name];
  const bytes = { gRPC: message, 'gRPC-Web': framed(message), Connect: Buffer.from(JSON.stringify(json)) };
  return {
    path: `/gatehouse.resources.v1.ResourceService/${method}`,
    body: { contentType: CONTENT_TYPES[protocol], base64: bytes[protocol].toString('base64') },
  };
}

/** What has to come back: JSON, or a message in base64. */
export function expectedBy(protocol: Protocol, name: RequestName): unknown {
  const body = bodies()[name];
  if (protocol === 'REST') return body;
  // REST leaves out the message around the resource.
  if (protocol === 'Connect') return name === 'get' ? { resource: body } : body;
  return replies()[REQUESTS[name].method].toString('base64');
}

/** A message as gRPC sends it: not compressed, its length, itself. */
function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
