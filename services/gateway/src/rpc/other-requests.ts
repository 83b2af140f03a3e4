import { METHODS } from 'node:http';
import type { OnModuleInit } from '@nestjs/common';
import { AppError } from '@gatehouse/errors';
import type { FastifyInstance, HTTPMethods } from 'fastify';
import { exchangeOf, type Exchange } from '../http/exchange.js';
import { gatewayReasons } from '../reasons.js';
import type { RpcServer } from './rpc-server.js';

/**
 * Gives every request that is neither for a route of the contract nor for a page of the gateway to auth, or refuses it.
 * Fastify finds its own pages by decoded paths; what it hands over here is the request as it came.
 */
export class OtherRequests implements OnModuleInit {
  constructor(
    private readonly fastify: FastifyInstance,
    private readonly server: RpcServer,
  ) {}

  onModuleInit(): void {
    const { fastify, server } = this;
    // CONNECT never gets here: it is no request for a resource.
    const methods = METHODS.filter((method) => method !== 'CONNECT');
    const added = methods.filter((method) => !fastify.supportedMethods.includes(method));
    for (const method of added) fastify.addHttpMethod(method);
    fastify.route({
      method: methods as HTTPMethods[],
      url: '*',
      exposeHeadRoute: false,
      // Before anything is made of the body, which nobody reads.
      onRequest: (request, reply) => {
        reply.hijack();
        const exchange = exchangeOf(request.raw);
        server.serveOther(exchange, (error) => this.#refusal(exchange, error));
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
