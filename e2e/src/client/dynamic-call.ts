import { Client, credentials } from '@grpc/grpc-js';
import { fromBinary, fromJson, toBinary, toJson, type DescMethod, type JsonValue } from '@bufbuild/protobuf';
import { contract } from '@gatehouse/contracts';
import { callUnary } from '@gatehouse/grpc';
import type { Json } from './json.js';

const TIMEOUT_MS = 20_000;

/** Calls any method of the contract from its descriptor, with canonical JSON: no generated code is involved. */
export class DynamicCalls {
  readonly #channels = new Map<string, Client>();

  /** @throws AppError with the code and the reason of the refusal */
  async call(address: string, method: DescMethod, request: Json, accessToken?: string): Promise<JsonValue> {
    const message = fromJson(method.input, request as JsonValue, { registry: contract });
    const channel = this.#channel(address);
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

  #channel(address: string): Client {
    let channel = this.#channels.get(address);
    if (!channel) this.#channels.set(address, (channel = new Client(address, credentials.createInsecure())));
    return channel;
  }
}
