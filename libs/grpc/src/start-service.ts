import type { BlockList } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { CanActivate, DynamicModule, INestMicroservice, Type } from '@nestjs/common';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import type { Logger } from '@gatehouse/telemetry';
import { ContractServer } from './contract-server.js';
import { ErrorFilter } from './error-filter.js';
import { Health, type ReadinessCheck } from './health.js';
import { defaultLoadLimits, LoadGate, type LoadLimits } from './load/load-gate.js';
import { nestLogger } from './nest-logger.js';
import { readServedMethods } from './served-method.js';
import { serviceName } from './service-name.js';
import type { ServerKind } from './serving/open-call-server.js';
import { openServing } from './serving/open-serving.js';
import { plainTransport, type Transport } from './transport/transport.js';

/** What {@link startService} starts. */
export interface ServiceOptions {
  /** The Nest module with a controller for each of `definitions`. */
  readonly module: Type | DynamicModule;
  /** ts-proto's definitions of the services of the contract to serve. */
  readonly definitions: readonly ServiceDefinition[];
  /** Returns the guard from the started module. Every method of the contract goes through it. */
  readonly guard: (app: INestMicroservice) => CanActivate;
  /** Returns the conditions of being ready. */
  readonly readiness?: (app: INestMicroservice) => readonly ReadinessCheck[];
  readonly host: string;
  readonly port: number;
  readonly healthPort: number;
  /** Whether tools may ask for the contract. */
  readonly reflection: boolean;
  readonly drainTimeoutMs: number;
  /** How it takes connections; in the clear unless given. Closed by whoever made it. */
  readonly transport?: Transport;
  /** The peers that are believed when they say for which address they call; none unless given. */
  readonly trustedProxies?: BlockList;
  /** What its server is made of; frames of our own unless given. */
  readonly server?: ServerKind;
  /** How much it takes on at once. */
  readonly load?: LoadLimits;
  readonly log: Logger;
}

/** A service that accepts calls. */
export interface RunningService {
  readonly app: INestMicroservice;
  readonly port: number;
  readonly healthPort: number;
  /** Decides what it takes on, by whatever port that comes. */
  readonly gate: LoadGate;
  /** NOT_SERVING, finish what is in flight within the bound, end. Safe to call twice. */
  stop(): Promise<void>;
}

/** How long callers get to notice NOT_SERVING before the server stops accepting, in milliseconds. */
const NOTICE_MS = 200;

/**
 * Starts a gRPC service of the contract.
 *
 * @throws ContractFault when a method has no access rule or a senseless one
 * @throws Error when a method has no handler, or the port is taken
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { definitions, host, log, trustedProxies, transport = plainTransport } = options;
  const methods = readServedMethods(contract, definitions);
  const logger = nestLogger(log);
  let checks: readonly ReadinessCheck[] = [];
  const listening: ReadinessCheck = { name: 'handlers', holds: () => accepting };
  const rest: ReadinessCheck = {
    name: 'dependencies',
    holds: async () => (await Promise.all(checks.map(({ holds }) => holds()))).every(Boolean),
  };
  let accepting = false;
  const health = new Health(definitions.map(serviceName), [listening, rest]);
  // Not in production, which has no use for what it loads.
  const added = options.reflection
    ? [(await import('./reflection.js')).reflection(contract, definitions)]
    : [];
  const gate = new LoadGate(options.load ?? defaultLoadLimits, log);
  const strategy = new ContractServer({
    definitions,
    host,
    port: options.port,
    transport,
    kind: options.server,
    methods,
    serving: openServing(log, { trustedProxies, serviceAt: transport.serviceAt, gate }),
    addons: [health, ...added],
    drainTimeoutMs: options.drainTimeoutMs,
  });
  const app = await NestFactory.createMicroservice(options.module, { strategy, logger, abortOnError: false });
  const close = async () => {
    await app.close();
    gate.close();
    await health.stop();
  };
  let healthPort: number;
  try {
    app.useGlobalFilters(new ErrorFilter(log));
    app.useGlobalGuards(options.guard(app));
    checks = options.readiness?.(app) ?? [];
    await app.listen();
    accepting = true;
    healthPort = await health.start(host, options.healthPort);
  } catch (error) {
    await close();
    throw error;
  }
  log.info({ host, port: strategy.port, health_port: healthPort }, 'ready to serve');
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    health.drain();
    await new Promise((resolve) => setTimeout(resolve, NOTICE_MS));
    await close();
    log.info('stopped');
  };
  return { app, port: strategy.port, healthPort, gate, stop: () => (stopping ??= stop()) };
}
