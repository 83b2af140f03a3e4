import {
  create,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
  type DescMessage,
  type JsonObject,
} from '@bufbuild/protobuf';
import {
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type StatusObject,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { toAppError, toStatusObject } from '@gatehouse/errors';
import { FEED_SERVICE, feedContract } from './feed-contract.js';

type UnaryCall = ServerUnaryCall<JsonObject, JsonObject>;
type ReplyCall = ServerWritableStream<JsonObject, JsonObject>;
type RequestCall = ServerReadableStream<JsonObject, JsonObject>;

/** What the methods do, in JSON; a spec sets those it is about. Failures are thrown. */
export interface FeedBehaviour {
  Echo(call: UnaryCall): JsonObject | Promise<JsonObject>;
  Read(call: UnaryCall): JsonObject | Promise<JsonObject>;
  Fetch(call: UnaryCall): JsonObject | Promise<JsonObject>;
  Put(call: UnaryCall): JsonObject | Promise<JsonObject>;
  Collect(call: RequestCall): Promise<JsonObject>;
  Upload(call: RequestCall): Promise<JsonObject>;
  Watch(call: ReplyCall): Promise<void> | void;
  Download(call: ReplyCall): Promise<void> | void;
}

/** A real gRPC server with the service of the feed contract. */
export class FeedBackend {
  readonly contract = feedContract();
  behaviour: Partial<FeedBehaviour> = {};
  readonly #server = new Server();

  /** @returns its address */
  async start(): Promise<string> {
    const service = this.contract.getService(FEED_SERVICE);
    if (!service) throw new Error(`no ${FEED_SERVICE}`);
    const definition = Object.fromEntries(
      service.methods.map(({ name, methodKind, input, output }) => [
        name,
        {
          path: `/${FEED_SERVICE}/${name}`,
          requestStream: methodKind === 'client_streaming',
          responseStream: methodKind === 'server_streaming',
          requestSerialize: (value: JsonObject) => write(input, value),
          requestDeserialize: (bytes: Buffer) => toJson(input, fromBinary(input, bytes)) as JsonObject,
          responseSerialize: (value: JsonObject) => write(output, value),
          responseDeserialize: (bytes: Buffer) => toJson(output, fromBinary(output, bytes)) as JsonObject,
        },
      ]),
    );
    this.#server.addService(definition, this.#handlers());
    const port = await new Promise<number>((resolve, reject) => {
      const bound = (error: Error | null, actual: number) => (error ? reject(error) : resolve(actual));
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
    });
    return `127.0.0.1:${port}`;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  #handlers(): UntypedServiceImplementation {
    const answer = (name: 'Echo' | 'Read' | 'Fetch' | 'Put' | 'Collect' | 'Upload') => {
      return (call: UnaryCall & RequestCall, callback: sendUnaryData<JsonObject>) => {
        Promise.resolve()
          .then(() => this.behaviour[name]?.(call) ?? {})
          .then(
            (reply) => callback(null, reply),
            (error: unknown) => callback(statusOf(error)),
          );
      };
    };
    const stream = (name: 'Watch' | 'Download') => (call: ReplyCall) => {
      call.on('error', () => undefined);
      Promise.resolve()
        .then(() => this.behaviour[name]?.(call))
        .then(
          () => call.end(),
          (error: unknown) => call.emit('error', statusOf(error)),
        );
    };
    return {
      ...Object.fromEntries(
        (['Echo', 'Read', 'Fetch', 'Put', 'Collect', 'Upload'] as const).map((name) => [name, answer(name)]),
      ),
      Watch: stream('Watch'),
      Download: stream('Download'),
    };
  }
}

function write(type: DescMessage, value: JsonObject): Buffer {
  const message = Object.keys(value).length === 0 ? create(type) : fromJson(type, value);
  return Buffer.from(toBinary(type, message));
}

function statusOf(error: unknown): StatusObject {
  return toStatusObject(toAppError(error));
}
