import type { CanActivate, DynamicModule, INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { ContractServer, ErrorFilter, nestLogger, openServing, readServedMethods } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';

/**
 * Serves definitions of the contract on a free port as a service does, and
 * without a guard if so wished, which `startService` does not allow.
 *
 * @returns the port
 */
export async function serve(
  module: DynamicModule,
  definitions: readonly ServiceDefinition[],
  guardOf?: (app: INestMicroservice) => CanActivate,
): Promise<number> {
  const log = createLogger({ service: 'bench', level: 'info' });
  const strategy = new ContractServer({
    definitions,
    host: '127.0.0.1',
    port: 0,
    methods: readServedMethods(contract, definitions),
    serving: openServing(log),
    drainTimeoutMs: 0,
  });
  const logger = nestLogger(log);
  const app = await NestFactory.createMicroservice(module, { strategy, logger, abortOnError: false });
  app.useGlobalFilters(new ErrorFilter(log));
  if (guardOf) app.useGlobalGuards(guardOf(app));
  await app.listen();
  return strategy.port;
}
