import type { Metadata, Server, ServiceDefinition } from '@grpc/grpc-js';
import { ServerGrpc } from '@nestjs/microservices';
import { isObservable } from 'rxjs';
import { toPackageDefinition } from './package-definition.js';
import type { ServedMethod } from './served-method.js';
import { serviceName } from './service-name.js';
import type { Serving } from './serving/call-life.js';
import type { CallServer, MethodRegistry } from './serving/call-server.js';
import type { Settle } from './serving/frames-method.js';
import { openCallServer, type ServerKind } from './serving/open-call-server.js';
import type { UnaryRequest } from './serving/unary-frames-call.js';
import { plainTransport, type Listening, type Transport } from './transport/transport.js';

/** What a {@link ContractServer} serves and how. */
export interface ContractServerOptions {
  /** ts-proto's definitions of the services. */
  readonly definitions: readonly ServiceDefinition[];
  /** Where to listen; port 0 asks the system for a free one. */
  readonly host: string;
  readonly port: number;
  /** How it takes connections; in the clear unless given. */
  readonly transport?: Transport;
  /** What it is made of; frames of our own unless given. */
  readonly kind?: ServerKind;
  /** What the contract says of the methods, by path. */
  readonly methods: ReadonlyMap<string, ServedMethod>;
  /** What its calls have in common. */
  readonly serving: Serving;
  /** Adds what is not of the contract: health, reflection. */
  readonly addons?: readonly { addToServer(server: Server): void }[];
  /** How long {@link ContractServer.close} waits for calls in flight, in milliseconds. */
  readonly drainTimeoutMs: number;
}

/** A handler as Nest has it, with its guards and filters. */
type UnaryHandler = (request: unknown, metadata: Metadata, call: UnaryRequest) => Promise<unknown>;

/** How long the last answers may take to leave before connections are cut, in milliseconds. */
const LAST_WORDS_MS = 200;

/**
 * Nest's gRPC transport with what it leaves open: every method of the
 * contract must have a handler, all limits are set, and closing finishes
 * calls in flight within a bound.
 */
export class ContractServer extends ServerGrpc {
  readonly #options: ContractServerOptions;
  #server: CallServer | undefined;
  #listening: Listening | undefined;

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

  override async createClient(): Promise<MethodRegistry> {
    const { host, port, transport = plainTransport, kind, methods, serving, addons } = this.#options;
    const server = openCallServer(kind ?? 'http2-grpc', methods, serving);
    // Whatever it is made of, nothing but this is used of it.
    for (const addon of addons ?? []) addon.addToServer(server.registry as Server);
    this.#listening = await transport.listen((socket) => server.accept(socket), host, port);
    this.#server = server;
    return server.registry;
  }

  /** @throws Error naming the methods that no controller handles; Nest would skip them in silence */
  override async createService(grpcService: { service: ServiceDefinition }, name: string): Promise<object> {
    const handlers = (await super.createService(grpcService, name)) as object;
    const missing = Object.keys(grpcService.service).filter((method) => !(method in handlers));
    if (missing.length > 0)
      throw new Error(`no handler for ${missing.map((method) => `${name}/${method}`).join(', ')}`);
    return handlers;
  }

  /** Nest makes a stream of every reply, which costs more than an empty call. What is one by itself is a refusal. */
  override createUnaryServiceMethod(handle: UnaryHandler): (call: UnaryRequest, settle: Settle) => void {
    return (call, settle) => {
      const answer = (reply: unknown): void => {
        if (!isObservable(reply)) settle(null, reply);
        else reply.subscribe({ next: (value) => settle(null, value), error: settle });
      };
      void handle(call.request, call.metadata, call).then(answer, settle);
    };
  }

  /** Takes no new calls, waits for those in flight, then ends what is left. */
  override async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    this.#listening?.close();
    const { serving, drainTimeoutMs } = this.#options;
    const refuse = setTimeout(() => serving.inFlight.refuseAll(), drainTimeoutMs);
    const force = setTimeout(() => server.close(), drainTimeoutMs + LAST_WORDS_MS);
    await server.drain();
    clearTimeout(refuse);
    clearTimeout(force);
  }
}
