import {
  Server,
  ServerCredentials,
  type ChannelOptions,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { Status } from '../../grpc/status.js';

type Answer = (error: Partial<ServiceError> | null, reply?: Buffer) => void;

/** How a replica answers a call: OK unless it throws a code, after what it waits for. */
export type Behaviour = () => Promise<void> | void;

const asIs = (bytes: Buffer) => bytes;
const method = (path: string, responseStream: boolean) => ({
  path,
  requestStream: false,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
});

/** A replica of a service that behaves as it is told. */
export class SpecReplica {
  behaviour: Behaviour = () => undefined;
  /** Calls that came. */
  calls = 0;
  /** Where calls came from: the far ends of connections. */
  readonly peers = new Set<string>();
  /** Streams that are open. */
  readonly streams = new Set<ServerWritableStream<Buffer, Buffer>>();
  #server: Server | undefined;

  private constructor(
    readonly host: string,
    public port: number,
    private readonly limits: ChannelOptions,
  ) {}

  static async start(host = '127.0.0.1', port = 0, limits: ChannelOptions = {}): Promise<SpecReplica> {
    const replica = new SpecReplica(host, port, limits);
    await replica.start();
    return replica;
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  /** Starts it where it was before. */
  async start(): Promise<void> {
    const server = new Server(this.limits);
    const answer = (call: ServerUnaryCall<Buffer, Buffer>, reply: Answer) => {
      this.peers.add(call.getPeer());
      void this.#answer(reply);
    };
    const watch = (call: ServerWritableStream<Buffer, Buffer>) => {
      this.streams.add(call);
      call.on('cancelled', () => this.streams.delete(call)).on('error', () => undefined);
      call.write(Buffer.alloc(1));
    };
    server.addService(
      {
        get: method('/spec.Service/Get', false),
        create: method('/spec.Service/Create', false),
        watch: method('/spec.Service/Watch', true),
      },
      { get: answer, create: answer, watch },
    );
    this.port = await new Promise((resolve, reject) => {
      const bound = (error: Error | null, port: number) => (error ? reject(error) : resolve(port));
      server.bindAsync(this.address, ServerCredentials.createInsecure(), bound);
    });
    this.#server = server;
  }

  kill(): void {
    this.#server?.forceShutdown();
  }

  async #answer(reply: Answer): Promise<void> {
    this.calls++;
    try {
      await this.behaviour();
      reply(null, Buffer.alloc(0));
    } catch (code) {
      reply({ code: code as Status, details: `${this.host} fails` });
    }
  }
}

/** Replicas at one port of several addresses of this machine, as behind one name. */
export async function startReplicas(count: number, limits: ChannelOptions = {}): Promise<SpecReplica[]> {
  const first = await SpecReplica.start('127.0.0.1', 0, limits);
  const rest = Array.from({ length: count - 1 }, (_, index) =>
    SpecReplica.start(`127.0.0.${index + 2}`, first.port, limits),
  );
  return [first, ...(await Promise.all(rest))];
}

/** Fails at once. */
export const failing =
  (code: Status): Behaviour =>
  () =>
    Promise.reject(code);

/** Answers late. */
export const slow =
  (ms: number): Behaviour =>
  () =>
    new Promise((resolve) => setTimeout(resolve, ms));
