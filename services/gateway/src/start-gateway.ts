import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FileRegistry } from '@bufbuild/protobuf';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadLimits, tlsFiles } from '@gatehouse/config';
import { contract as shippedContract } from '@gatehouse/contracts';
import { Health, LoadGate, nestLogger, openTransport, type Transport } from '@gatehouse/grpc';
import { AuditSink, followIssuer, ServiceIdentity } from '@gatehouse/guard';
import type { Logger } from '@gatehouse/telemetry';
import { AccessTokenVerifier } from '@gatehouse/tokens';
import type { FastifyHttpOptions } from 'fastify';
import { AppModule } from './app.module.js';
import { backendsOf } from './backends.js';
import { SERVICE, type GatewaySettings } from './config.js';
import { CallForwarder } from './calls/call-forwarder.js';
import { readPublicMethods } from './calls/public-methods.js';
import { BoundTokens } from './credential/bound-tokens.js';
import { CrossSite } from './credential/cross-site.js';
import { ExchangedTokens } from './credential/exchanged-tokens.js';
import { tokenExchange } from './credential/token-exchange.js';
import { BodyMemory } from './http/body-memory.js';
import { compressPages } from './http/compress-pages.js';
import { corsPolicy } from './http/cors-policy.js';
import { endServer } from './http/end-server.js';
import { HttpEdge, type EdgeCalls } from './http/http-edge.js';
import { Intake } from './http/intake.js';
import { answer, ProblemFilter } from './http/problem.filter.js';
import { sendProblem } from './http/send-problem.js';
import { HttpCalls } from './http-calls/http-calls.js';
import { NativePort } from './native/native-port.js';
import { AuthProxy } from './proxy/auth-proxy.js';
import { HttpReplicas } from './proxy/http-replicas.js';
import { HttpUpstream } from './proxy/http-upstream.js';
import { essentialProxied } from './proxy/proxied-paths.js';
import { Admission } from './rpc/admission.js';
import { BodyLimits } from './rpc/body-limits.js';
import { CallerAccess } from './rpc/caller-access.js';
import { readRestContract } from './rpc/rest-contract.js';
import { recordRefusals } from './rpc/record-refusals.js';
import { RpcHandler } from './rpc/rpc-handler.js';
import { RpcServer } from './rpc/rpc-server.js';
import { openUpstream } from './upstream/open-upstream.js';

/** A gateway that accepts requests. */
export interface RunningGateway {
  readonly port: number;
  readonly healthPort: number;
  /** Not ready, finish what is in flight within the bound, end. Safe to call twice. */
  stop(): Promise<void>;
}

/** How long balancers get to notice that it is not ready before it stops accepting, in milliseconds. */
const NOTICE_MS = 200;

/**
 * The share of the drain in which connections that are kept get a last answer, which says that they end: one that is
 * ended while its client begins to write the next request costs that request. As long have new ones to begin.
 */
const FAREWELL_SHARE = 1 / 8;

/** Between two looks at what is still open, in milliseconds. */
const LOOK_EVERY_MS = 20;

/**
 * Starts the gateway.
 *
 * @throws ContractFault when the contract cannot be served, listing every fault
 * @throws Error when a port is taken, or a body limit names an RPC without a route
 */
export async function startGateway(
  settings: GatewaySettings,
  log: Logger,
  registry: FileRegistry = shippedContract,
): Promise<RunningGateway> {
  const contract = readRestContract(registry);
  const limits = new BodyLimits(contract.table.routes, settings.BODY_LIMITS);
  const production = settings.ENVIRONMENT === 'production';
  const transport = openTransport({ service: SERVICE, files: tlsFiles(settings), production, log });
  const address = settings.AUTH_ADDRESS;
  const toAuth = transport.channelTo('auth');
  const identity = new ServiceIdentity(
    { address, clientId: SERVICE, clientSecret: settings.CLIENT_SECRET },
    toAuth,
  );
  const lastKnown = {
    path: settings.LAST_KNOWN_FILE,
    service: SERVICE,
    issuer: settings.ISSUER,
    secret: settings.CLIENT_SECRET,
  };
  const issuer = followIssuer({ address, identity, log, lastKnown }, toAuth);
  const verifier = new AccessTokenVerifier({
    issuer: settings.ISSUER,
    audience: settings.API_AUDIENCE,
    keys: issuer.keys,
    // The service decides on its own what may be done on old knowledge.
    revocations: issuer.revocations,
  });
  const upstream = openUpstream(settings.UPSTREAM, backendsOf(registry, settings, transport));
  const headers = { forward: settings.FORWARD_HEADERS, expose: settings.EXPOSE_METADATA };
  const cors = corsPolicy(settings.CORS_ORIGINS, headers);
  const crossSite = new CrossSite({ origins: settings.CORS_ORIGINS, production });
  const tokens = new ExchangedTokens({ exchange: tokenExchange(upstream) });
  const bound = new BoundTokens({ proofs: issuer.proofs, issuer: settings.ISSUER, verifier });
  const admission = new Admission(verifier, tokens, bound);
  const sink = new AuditSink(address, identity, toAuth);
  const refusals = recordRefusals(sink, log);
  const access = new CallerAccess({ admission, refusals, crossSite });
  const memory = new BodyMemory();
  const handler = new RpcHandler({ contract, access, upstream, cors, headers, limits, memory, log });
  const { AUTH_HTTP_ADDRESS: authHttp } = settings;
  const proxy = authHttp === undefined ? undefined : openProxy(authHttp, crossSite, transport);
  const gate = new LoadGate(loadLimits(settings), log);
  const intake = new Intake(gate, contract, proxy ? essentialProxied : []);
  const routes = new RpcServer({ handler, proxy, intake, log });
  const { TRUSTED_PROXIES: trustedProxies } = settings;
  const methods = readPublicMethods(contract, limits);
  const forwarder = new CallForwarder({ access, upstream, headers });
  const { table } = contract;
  const httpCalls = new HttpCalls({ table, methods, forwarder, intake, cors, memory, log });
  const calls: EdgeCalls = {
    serve: (exchange) => routes.serve(exchange) || httpCalls.serve(exchange),
    refuse: (exchange, error) => {
      if (!httpCalls.refuse(exchange, error)) sendProblem(exchange, error, log);
    },
  };
  const native = new NativePort({
    methods,
    forwarder,
    gate,
    memory,
    trustedProxies,
    log,
  });
  const http2 = (socket: Socket) => native.accept(socket);
  const edge = new HttpEdge({ production, cors, trustedProxies, intake, calls, http2, log });
  const app = await createApp(edge, AppModule.register({ contract, routes }), log);
  const listening = { name: 'routes', holds: () => app.getHttpServer().listening };
  const health = new Health([], [listening, issuer.known]);

  /** @returns the health port */
  const listen = async () => {
    await app.listen(settings.HTTP_PORT, settings.HOST);
    return health.start(settings.HOST, settings.HEALTH_PORT);
  };
  const closeChannels = async () => {
    gate.close();
    upstream.close();
    sink.close();
    await issuer.close();
    identity.close();
    transport.close();
  };

  const server = app.getHttpServer();
  const healthPort = await listen().catch(async (error: unknown) => {
    await app.close();
    await closeChannels();
    throw error;
  });
  const { port } = server.address() as AddressInfo;
  log.info({ host: settings.HOST, port, health_port: healthPort }, 'listening');

  const stop = async () => {
    health.drain();
    edge.drain();
    native.drain();
    await delay(NOTICE_MS);
    const end = performance.now() + settings.DRAIN_TIMEOUT_MS;
    const farewellMs = settings.DRAIN_TIMEOUT_MS * FAREWELL_SHARE;
    await connectionsEnded(server, farewellMs);
    // Of those who were accepted last the first bytes may be on the way.
    const silence = setTimeout(() => edge.closeSilent(), farewellMs);
    const cut = () => {
      server.closeAllConnections();
      edge.closeSilent();
      native.close();
    };
    await endServer(server, cut, end - performance.now());
    clearTimeout(silence);
    await app.close();
    await refusals.settle();
    await closeChannels();
    await health.stop();
    log.info('stopped');
  };
  let stopping: Promise<void> | undefined;
  return { port, healthPort, stop: () => (stopping ??= stop()) };
}

function openProxy(address: string, crossSite: CrossSite, transport: Transport): AuthProxy {
  const upstream = new HttpUpstream({
    replicas: new HttpReplicas(address),
    secure: (socket) => transport.httpSocketTo('auth', socket),
  });
  return new AuthProxy({ upstream, crossSite });
}

function createApp(edge: HttpEdge, module: ReturnType<typeof AppModule.register>, log: Logger) {
  const server: FastifyHttpOptions<Server> = {
    serverFactory: (listener) => edge.createServer(listener),
    clientErrorHandler: (error, socket) => edge.onClientError(error, socket),
    frameworkErrors: (error, request, reply) => answer(error, request, reply, log),
    // What arrives on a connection that is being closed is still answered.
    return503OnClosing: false,
  };
  const adapter = new FastifyAdapter({ ...server, skipMiddie: true });
  compressPages(adapter.getInstance());
  const options = { bodyParser: false, logger: nestLogger(log), abortOnError: false } as const;
  return NestFactory.create<NestFastifyApplication>(module, adapter, options).then((app) =>
    app.useGlobalFilters(new ProblemFilter(log)),
  );
}

/** Resolves when no connection is open any more, or after the bound. */
async function connectionsEnded(server: Server, boundMs: number): Promise<void> {
  const count = promisify(server.getConnections.bind(server));
  for (const end = performance.now() + boundMs; performance.now() < end; await delay(LOOK_EVERY_MS))
    if ((await count()) === 0) return;
}
