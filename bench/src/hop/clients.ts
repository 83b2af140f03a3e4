import { once } from 'node:events';
import { connect } from 'node:http2';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { clientOptions } from '@gatehouse/grpc/client';
import { Channel } from '@gatehouse/http2-grpc';
import { metadataOfCall, PATH, REQUEST, TIMEOUT_MS } from './call.js';

/** Who calls: frames of our own, grpc-js as the gateway used it, or frames of gRPC by hand over Node's HTTP/2. */
export type ClientKind = 'http2-grpc' | 'grpc-js' | 'node:http2';

/** Makes one call. @throws Error when it is answered with anything but OK */
export type Call = () => Promise<unknown>;

/** Connects to a service at a port of this machine. */
export const openClients: Readonly<Record<ClientKind, (port: number) => Promise<Call>>> = {
  'http2-grpc': openOurs,
  'grpc-js': openGrpcJs,
  'node:http2': openByHand,
};

async function openOurs(port: number): Promise<Call> {
  const channel = new Channel({ target: `ipv4:127.0.0.1:${port}`, use: 'calls', isIdempotent: () => true });
  return () => {
    const deadline = performance.now() + TIMEOUT_MS;
    return channel.unary({ path: PATH, request: REQUEST, metadata: metadataOfCall(), deadline });
  };
}

/** Channels by turns, as a burst of cancelled calls ends a connection. */
const CHANNELS = 4;

async function openGrpcJs(port: number): Promise<Call> {
  const asIs = (bytes: Buffer) => bytes;
  const options = clientOptions([]);
  const open = () => new Client(`ipv4:127.0.0.1:${port}`, credentials.createInsecure(), options);
  const clients = Array.from({ length: CHANNELS }, open);
  let turn = 0;
  return () =>
    new Promise<void>((resolve, reject) => {
      const metadata = new Metadata();
      for (const [name, value] of Object.entries(metadataOfCall())) metadata.set(name, value);
      const client = clients[turn++ % CHANNELS] as Client;
      const deadline = Date.now() + TIMEOUT_MS;
      client.makeUnaryRequest(PATH, asIs, asIs, REQUEST, metadata, { deadline }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
}

async function openByHand(port: number): Promise<Call> {
  const session = connect(`http://127.0.0.1:${port}`);
  await once(session, 'remoteSettings');
  const framed = Buffer.concat([Buffer.from([0, 0, 0, 0, REQUEST.length]), REQUEST]);
  const head = {
    ':method': 'POST',
    ':path': PATH,
    te: 'trailers',
    'content-type': 'application/grpc',
    'grpc-timeout': `${TIMEOUT_MS}m`,
  };
  return () =>
    new Promise<void>((resolve, reject) => {
      const stream = session.request({ ...head, ...metadataOfCall() });
      let isOk = false;
      stream.on('data', () => undefined);
      stream.once('trailers', (trailers) => (isOk = trailers['grpc-status'] === '0'));
      stream.once('end', () => (isOk ? resolve() : reject(new Error('the call failed'))));
      stream.once('error', reject);
      stream.end(framed);
    });
}
