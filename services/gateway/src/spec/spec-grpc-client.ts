import {
  create,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
  type DescMessage,
  type DescMethod,
} from '@bufbuild/protobuf';
import type { FileRegistry, JsonObject } from '@bufbuild/protobuf';
import { Client, credentials, Metadata, status, type CallOptions, type ServiceError } from '@grpc/grpc-js';
import { fromServiceError } from '@gatehouse/errors';

/** What a caller learns of a call. */
export interface SpecOutcome {
  readonly code: status;
  readonly details: string;
  readonly reason: string | undefined;
  readonly reply: JsonObject | undefined;
  /** What came before the reply, by name. */
  readonly head: Readonly<Record<string, unknown>>;
  /** What came with the status, by name; bytes in base64. */
  readonly trailers: Readonly<Record<string, unknown>>;
}

/** What goes with a call. */
export interface SpecCallOptions extends CallOptions {
  readonly accessToken?: string;
  readonly metadata?: readonly (readonly [name: string, value: string])[];
}

/** A client of grpc-js that knows methods by the contract of a spec. */
export class SpecGrpcClient {
  readonly #client: Client;

  constructor(
    address: string,
    private readonly contract: FileRegistry,
  ) {
    // A channel of its own: none of another spec's connections.
    this.#client = new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  }

  close(): void {
    this.#client.close();
  }

  unary(path: string, request: JsonObject = {}, options: SpecCallOptions = {}): Promise<SpecOutcome> {
    const { input, output } = this.#method(path);
    let head = {};
    let trailers = {};
    let answer: [ServiceError | null, JsonObject | undefined] | undefined;
    return new Promise((resolve) => {
      const finish = () => {
        if (answer !== undefined) resolve(outcomeOf(answer[0], answer[1], head, trailers));
      };
      const call = this.#client.makeUnaryRequest(
        path,
        (value: JsonObject) => write(input, value),
        (bytes) => read(output, bytes),
        request,
        metadataOf(options),
        options,
        (error, reply) => {
          answer = [error, reply];
          setImmediate(finish);
        },
      );
      call.on('metadata', (received: Metadata) => (head = entriesOf(received)));
      call.on('status', ({ metadata }: { metadata: Metadata }) => (trailers = entriesOf(metadata)));
    });
  }

  serverStream(path: string, request: JsonObject = {}, options: SpecCallOptions = {}) {
    const { input, output } = this.#method(path);
    return this.#client.makeServerStreamRequest(
      path,
      (value: JsonObject) => write(input, value),
      (bytes) => read(output, bytes),
      request,
      metadataOf(options),
      options,
    );
  }

  /** @returns the call, and how it ended */
  clientStream(path: string, options: SpecCallOptions = {}) {
    const { input, output } = this.#method(path);
    let settle!: (outcome: SpecOutcome) => void;
    const outcome = new Promise<SpecOutcome>((resolve) => (settle = resolve));
    const call = this.#client.makeClientStreamRequest(
      path,
      (value: JsonObject) => write(input, value),
      (bytes) => read(output, bytes),
      metadataOf(options),
      options,
      (error, reply) => settle(outcomeOf(error, reply, {}, {})),
    );
    return { call, outcome };
  }

  #method(path: string): Pick<DescMethod, 'input' | 'output'> {
    const [, service = '', name = ''] = path.split('/');
    const found = this.contract.getService(service)?.methods.find((method) => method.name === name);
    // Of a method that there is not any message will do.
    const none = this.contract.getMessage('google.protobuf.DescriptorProto') as DescMessage;
    return found ?? { input: none, output: none };
  }
}

/** How a call ended that grpc-js tells of by an error, or none. */
export function outcomeOf(
  error: ServiceError | null,
  reply: JsonObject | undefined,
  head: SpecOutcome['head'],
  trailers: SpecOutcome['trailers'],
): SpecOutcome {
  const { code = status.OK, details = '' } = error ?? {};
  const reason = error === null ? undefined : fromServiceError(error).reason;
  return { code, details, reason, reply, head, trailers };
}

function write(type: DescMessage, value: JsonObject): Buffer {
  return Buffer.from(toBinary(type, Object.keys(value).length === 0 ? create(type) : fromJson(type, value)));
}

function read(type: DescMessage, bytes: Buffer): JsonObject {
  return toJson(type, fromBinary(type, bytes)) as JsonObject;
}

function metadataOf({ accessToken, metadata = [] }: SpecCallOptions): Metadata {
  const sent = new Metadata();
  if (accessToken !== undefined) sent.add('authorization', `Bearer ${accessToken}`);
  for (const [name, value] of metadata) sent.add(name, value);
  return sent;
}

/** What grpc-js takes for metadata and is the protocol's own. */
const OWN: readonly string[] = ['content-type', 'date', 'grpc-accept-encoding'];

function entriesOf(metadata: Metadata): Record<string, unknown> {
  const names = Object.keys(metadata.getMap()).filter((name) => !OWN.includes(name));
  const entries = names.map((name) => [
    name,
    metadata.get(name).map((value) => (typeof value === 'string' ? value : value.toString('base64'))),
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}
