import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { CallError } from '../../grpc/call-error.js';
import { entriesByName } from '../../grpc/entries.js';
import type { Channel } from '../channel.js';
import { codeName, open, start } from './calls.js';

/** All that a caller learns of a call. */
export interface Learned {
  readonly code: string;
  readonly details: string;
  /** In hexadecimal digits. */
  readonly messages: readonly string[];
  /** Of the reply, or what came with its failure. */
  readonly metadata: Readonly<Record<string, readonly string[]>>;
}

export type Values = Readonly<Record<string, string | readonly string[]>>;

/** A client of gRPC. */
export interface SpecClient {
  unary(path: string, request: Buffer, metadata?: Values): Promise<Learned>;
  clientStream(path: string, requests: readonly Buffer[]): Promise<Learned>;
  serverStream(path: string, request: Buffer): Promise<Learned>;
  close(): void;
}

/** This library's. */
export function ourClient(address: string): SpecClient {
  const channel: Channel = open(`ipv4:${address}`);
  const learned = async (
    call: () => Promise<{ messages: Uint8Array[]; metadata: Values }>,
  ): Promise<Learned> => {
    try {
      const { messages, metadata } = await call();
      return { code: 'OK', details: '', messages: messages.map(hex), metadata: plain(metadata) };
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const metadata = plain(Object.fromEntries(entriesByName(error.metadata)));
      return { code: codeName(error.code), details: error.details, messages: [], metadata };
    }
  };
  const single = (
    reply: Promise<{ message: Uint8Array; metadata: ReadonlyMap<string, readonly string[]> }>,
  ) =>
    learned(async () => {
      const { message, metadata } = await reply;
      return { messages: [message], metadata: Object.fromEntries(metadata) };
    });
  return {
    unary: (path, request, metadata = {}) => single(channel.unary({ ...start(path, request), metadata })),
    clientStream: (path, requests) =>
      single(channel.clientStream({ ...start(path), requests: each(requests) })),
    serverStream: (path, request) =>
      learned(async () => {
        const messages: Uint8Array[] = [];
        const stream = channel.serverStream(start(path, request));
        for await (const message of stream) messages.push(message);
        return { messages, metadata: Object.fromEntries(stream.metadataOfReply) };
      }),
    close: () => channel.close(),
  };
}

/** grpc-js. */
export function grpcJsClient(address: string): SpecClient {
  const client = new Client(address, credentials.createInsecure(), { 'grpc.enable_retries': 0 });
  const asIs = (bytes: Buffer) => bytes;
  const metadataOf = (values: Values) => {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(values))
      for (const one of typeof value === 'string' ? [value] : value)
        metadata.add(name, name.endsWith('-bin') ? Buffer.from(one, 'base64') : one);
    return metadata;
  };
  type Settle = (error: ServiceError | null, message?: Buffer) => void;
  const single = (
    begin: (settle: Settle) => { once(event: 'metadata', seen: (metadata: Metadata) => void): void },
  ) =>
    new Promise<Learned>((resolve) => {
      let metadata = new Metadata();
      const call = begin((error, message) => {
        if (error) resolve(failed(error));
        else resolve({ code: 'OK', details: '', messages: [hex(message)], metadata: fromGrpcJs(metadata) });
      });
      call.once('metadata', (received) => (metadata = received));
    });
  const failed = ({ code, details, metadata }: ServiceError): Learned => ({
    code: codeName(code),
    details,
    messages: [],
    metadata: fromGrpcJs(metadata),
  });
  const options = () => ({ deadline: Date.now() + 60_000 });
  return {
    unary: (path, request, metadata = {}) =>
      single((settle) =>
        client.makeUnaryRequest(path, asIs, asIs, request, metadataOf(metadata), options(), settle),
      ),
    clientStream: (path, requests) =>
      single((settle) => {
        const call = client.makeClientStreamRequest(path, asIs, asIs, new Metadata(), options(), settle);
        for (const request of requests) call.write(request);
        call.end();
        return call;
      }),
    serverStream: (path, request) =>
      new Promise((resolve) => {
        const messages: string[] = [];
        let metadata = new Metadata();
        const call = client.makeServerStreamRequest(path, asIs, asIs, request, new Metadata(), options());
        call.once('metadata', (received) => (metadata = received));
        call.on('data', (message: Buffer) => messages.push(hex(message)));
        call.once('error', (error) => resolve(failed(error as ServiceError)));
        call.once('end', () =>
          resolve({ code: 'OK', details: '', messages, metadata: fromGrpcJs(metadata) }),
        );
      }),
    close: () => client.close(),
  };
}

async function* each(messages: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* messages;
}

function hex(message: Uint8Array | undefined): string {
  return Buffer.from(message ?? []).toString('hex');
}

function fromGrpcJs(metadata: Metadata): Learned['metadata'] {
  const names = Object.keys(metadata.getMap());
  const values = names.map((name): [string, string[]] => [
    name,
    metadata.get(name).map((value) => (typeof value === 'string' ? value : value.toString('base64'))),
  ]);
  return plain(Object.fromEntries(values));
}

/** Without what is HTTP's own. */
function plain(metadata: Values): Learned['metadata'] {
  const own = Object.entries(metadata).filter(([name]) => !['content-type', 'date'].includes(name));
  const lists = own.map(([name, values]) => [name, typeof values === 'string' ? [values] : values]);
  return Object.fromEntries(lists.toSorted()) as Learned['metadata'];
}
