import { Server, ServerCredentials, status, type ChannelOptions, type ServiceError } from '@grpc/grpc-js';
import type { ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { ResourceServiceService, WatchResourcesResponse } from '@gatehouse/contracts/resources';
import { serverLimits } from '../../server-limits.js';

type Answer = (error: Partial<ServiceError> | null, reply?: object) => void;

/** How a replica answers a call: OK unless it throws a code, after what it waits for. */
export type Behaviour = () => Promise<void> | void;

/** A replica of the resource service that behaves as it is told. */
export class SpecReplica {
  behaviour: Behaviour = () => undefined;
  /** Calls that came. */
  calls = 0;
  /** Where calls came from: the far ends of connections. */
  readonly peers = new Set<string>();
  /** Streams that are open. */
  readonly streams = new Set<ServerWritableStream<unknown, object>>();
  #server: Server | undefined;

  private constructor(
    readonly host: string,
    public port: number,
    private readonly limits: ChannelOptions,
  ) {}

  /** @param limits other than those of every server */
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
    const server = new Server({ ...serverLimits, ...this.limits });
    const answer = (call: ServerUnaryCall<unknown, object>, reply: Answer) => {
      this.peers.add(call.getPeer());
      void this.#answer(reply);
    };
    server.addService(ResourceServiceService, {
      getResource: answer,
      createResource: answer,
      watchResources: (call: ServerWritableStream<unknown, object>) => {
        this.streams.add(call);
        call.on('cancelled', () => this.streams.delete(call)).on('error', () => undefined);
        call.write(WatchResourcesResponse.fromPartial({}));
      },
    });
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
      reply(null, {});
    } catch (code) {
      reply({ code: code as status, details: `${this.host} fails` });
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
  (code: status): Behaviour =>
  () =>
    Promise.reject(code);

/** Answers late. */
export const slow =
  (ms: number): Behaviour =>
  () =>
    new Promise((resolve) => setTimeout(resolve, ms));
