import { METHODS } from 'node:http';
import type { OnModuleInit } from '@nestjs/common';
import { AppError } from '@gatehouse/errors';
import type { Logger } from '@gatehouse/telemetry';
import type { FastifyInstance, HTTPMethods } from 'fastify';
import { exchangeOf, type Exchange } from '../http/exchange.js';
import type { Intake } from '../http/intake.js';
import { gatewayReasons } from '../reasons.js';
import { sendProblem } from '../http/send-problem.js';
import type { AuthProxy } from '../proxy/auth-proxy.js';
import type { RpcHandler } from './rpc-handler.js';

/**
 * Gives every request that no page of the gateway takes to the router of the contract, or on to auth. Fastify finds its own pages by
 * decoded paths; what it hands over here is the request as it came, so that only one reader decides what a path
 * means.
 */
export class RpcRoutes implements OnModuleInit {
  constructor(
    private readonly fastify: FastifyInstance,
    private readonly handler: RpcHandler,
    /** Undefined where auth has no HTTP port. */
    private readonly proxy: Pick<AuthProxy, 'takes' | 'handle'> | undefined,
    private readonly intake: Pick<Intake, 'admit'>,
    private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    const { fastify, handler, proxy, intake, log } = this;
    // CONNECT never gets here: it is no request for a resource.
    const methods = METHODS.filter((method) => method !== 'CONNECT');
    const added = methods.filter((method) => !fastify.supportedMethods.includes(method));
    for (const method of added) fastify.addHttpMethod(method);
    fastify.route({
      method: methods as HTTPMethods[],
      url: '*',
      exposeHeadRoute: false,
      // Before anything is made of the body: the handler reads it, once it knows that it is wanted.
      onRequest: (request, reply) => {
        reply.hijack();
        const exchange = exchangeOf(request.raw);
        const place = (exchange.place = intake.admit(request.raw));
        const serving = proxy?.takes(exchange) ? proxy : handler;
        serving
          .handle(exchange)
          .catch((error: unknown) => sendProblem(exchange, this.#refusal(exchange, error), log))
          .finally(() => place.leave());
      },
      handler: () => undefined,
    });
  }

  /** A page of the gateway is there for GET alone; for other methods its path comes here. */
  #refusal({ rawPath, response }: Exchange, error: unknown): unknown {
    const isUnknown = error instanceof AppError && error.reason === gatewayReasons.ROUTE_UNKNOWN.reason;
    if (!isUnknown || !this.fastify.hasRoute({ method: 'GET', url: rawPath })) return error;
    response.setHeader('allow', 'GET, HEAD');
    return gatewayReasons.METHOD_NOT_ALLOWED();
  }
}
