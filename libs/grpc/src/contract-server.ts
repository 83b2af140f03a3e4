import { Server, type ServerInterceptor, type ServiceDefinition } from '@grpc/grpc-js';
import { ServerGrpc } from '@nestjs/microservices';
import type { CallsInFlight } from './calls-in-flight.js';
import { toPackageDefinition } from './package-definition.js';
import { serviceName } from './served-method.js';
import { serverLimits } from './server-limits.js';
import { plainTransport, type Transport } from './transport/transport.js';

/** What a {@link ContractServer} serves and how. */
export interface ContractServerOptions {
  /** ts-proto's definitions of the services. */
  readonly definitions: readonly ServiceDefinition[];
  /** Where to listen; port 0 asks the system for a free one. */
  readonly host: string;
  readonly port: number;
  /** How it takes connections; in the clear unless given. */
  readonly transport?: Transport;
  readonly interceptors: readonly ServerInterceptor[];
  /** Adds what is not of the contract: health, reflection. */
  readonly addons?: readonly { addToServer(server: Server): void }[];
  /** The calls to answer when time is up. */
  readonly inFlight: CallsInFlight;
  /** How long {@link ContractServer.close} waits for calls in flight, in milliseconds. */
  readonly drainTimeoutMs: number;
}

/** How long the last answers may take to leave before connections are cut, in milliseconds. */
const LAST_WORDS_MS = 200;

/**
 * Nest's gRPC transport with what it leaves open: every method of the
 * contract must have a handler, all limits are set, and closing finishes
 * calls in flight within a bound.
 */
export class ContractServer extends ServerGrpc {
  readonly #options: ContractServerOptions;
  #server: Server | undefined;
  #listening: Awaited<ReturnType<Transport['listen']>> | undefined;

  constructor(options: ContractServerOptions) {
    const packages = new Set(
      options.definitions.map((definition) => serviceName(definition).replace(/\.\w+$/, '')),
    );
    super({ package: [...packages], packageDefinition: toPackageDefinition(options.definitions) });
    this.#options = options;
  }

  /** The port that is listened on. */
  get port(): number {
    if (!this.#listening) throw new Error('the server does not listen yet');
    return this.#listening.port;
  }

  override async createClient(): Promise<Server> {
    const { host, port, transport = plainTransport, interceptors, addons } = this.#options;
    const server = new Server({ ...serverLimits, interceptors: [...interceptors] });
    for (const addon of addons ?? []) addon.addToServer(server);
    this.#listening = await transport.listen(server, host, port);
    this.#server = server;
    return server;
  }

  /** @throws Error naming the methods that no controller handles; Nest would skip them in silence */
  override async createService(grpcService: { service: ServiceDefinition }, name: string): Promise<object> {
    const handlers = (await super.createService(grpcService, name)) as object;
    const missing = Object.keys(grpcService.service).filter((method) => !(method in handlers));
    if (missing.length > 0)
      throw new Error(`no handler for ${missing.map((method) => `${name}/${method}`).join(', ')}`);
    return handlers;
  }

  /** Takes no new calls, waits for those in flight, then ends what is left. */
  override async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    this.#listening?.close();
    await new Promise<void>((resolve) => {
      const refuse = setTimeout(() => this.#options.inFlight.refuseAll(), this.#options.drainTimeoutMs);
      const force = setTimeout(() => server.forceShutdown(), this.#options.drainTimeoutMs + LAST_WORDS_MS);
      server.tryShutdown(() => {
        clearTimeout(refuse);
        clearTimeout(force);
        resolve();
      });
    });
  }
}
