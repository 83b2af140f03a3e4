import { Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { fromBinary, fromJson, toBinary, toJson, type DescMethod, type JsonValue } from '@bufbuild/protobuf';
import { contract } from '@gatehouse/contracts';
import { fromServiceError } from '@gatehouse/errors';
import { callUnary } from '@gatehouse/grpc/client';
import type { Addresses } from '../system/system-facts.js';
import { credentialsFor } from './channel-credentials.js';
import type { Json } from './json.js';

const TIMEOUT_MS = 20_000;

/** Calls any method of the contract from its descriptor, with canonical JSON: no generated code is involved. */
export class DynamicCalls {
  readonly #channels = new Map<string, Client>();

  constructor(private readonly system: Pick<Addresses, 'tls'>) {}

  /**
   * Of a method that streams, the first reply; null when the stream ends without one.
   *
   * @throws AppError with the code and the reason of the refusal
   */
  async call(address: string, method: DescMethod, request: Json, accessToken?: string): Promise<JsonValue> {
    const message = fromJson(method.input, request as JsonValue, { registry: contract });
    const channel = this.#channel(address, method.parent.typeName);
    if (method.methodKind !== 'unary') {
      const first = await firstReply(channel, method, toBinary(method.input, message), accessToken);
      return first && toJson(method.output, fromBinary(method.output, first), { registry: contract });
    }
    const reply = await callUnary<Uint8Array, Uint8Array>(
      (bytes, metadata, options, done) =>
        channel.makeUnaryRequest(
          `/${method.parent.typeName}/${method.name}`,
          Buffer.from,
          (answer: Buffer): Uint8Array => answer,
          bytes,
          metadata,
          options,
          (error, answer) => done(error, answer ?? new Uint8Array()),
        ),
      toBinary(method.input, message),
      { timeoutMs: TIMEOUT_MS, accessToken },
    );
    return toJson(method.output, fromBinary(method.output, reply), { registry: contract });
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }

  #channel(address: string, service: string): Client {
    let channel = this.#channels.get(address);
    if (channel === undefined) {
      channel = new Client(address, credentialsFor(this.system, service));
      this.#channels.set(address, channel);
    }
    return channel;
  }
}

/** Sends one message, waits for the first reply or the end, and leaves. */
function firstReply(
  channel: Client,
  { parent, name, methodKind }: DescMethod,
  request: Uint8Array,
  accessToken: string | undefined,
): Promise<Buffer | null> {
  const metadata = new Metadata();
  if (accessToken !== undefined) metadata.set('authorization', `Bearer ${accessToken}`);
  const stream = channel.makeBidiStreamRequest(
    `/${parent.typeName}/${name}`,
    (bytes: Uint8Array) => Buffer.from(bytes),
    (reply: Buffer) => reply,
    metadata,
    { deadline: Date.now() + TIMEOUT_MS },
  );
  stream.write(request);
  if (methodKind === 'server_streaming') stream.end();
  return new Promise((resolve, reject) => {
    stream.on('error', (error: ServiceError) => reject(fromServiceError(error)));
    stream.on('end', () => resolve(null));
    stream.on('data', (reply: Buffer) => {
      resolve(reply);
      stream.cancel();
    });
  });
}
