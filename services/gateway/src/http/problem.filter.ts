import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '@gatehouse/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { exchangeOf } from './exchange.js';
import { sendProblem } from './send-problem.js';

/** Answers what Nest and Fastify refuse, or what a controller throws, in the one form of errors. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.log);
  }
}

/** The same for errors that Fastify meets before it has a route. */
export function answer(thrown: unknown, { raw }: FastifyRequest, reply: FastifyReply, log: Logger): void {
  reply.hijack();
  sendProblem(exchangeOf(raw), thrown, log);
}
