import type { FastifyInstance } from 'fastify';
import { codingOf, encodeBody, isCodable } from './content-coding.js';

/** Codes the pages of the gateway, which Fastify sends, as the answers of its routes are. */
export function compressPages(fastify: FastifyInstance): void {
  fastify.addHook('onSend', async (request, reply, payload) => {
    const isBody = typeof payload === 'string' || Buffer.isBuffer(payload);
    const body = isBody ? Buffer.from(payload) : undefined;
    if (!body || !isCodable(String(reply.getHeader('content-type')), body.length)) return payload;
    reply.raw.appendHeader('vary', 'Accept-Encoding');
    const coding = codingOf(request.headers['accept-encoding']);
    if (coding === undefined) return payload;
    reply.header('content-encoding', coding).removeHeader('content-length');
    return encodeBody(body, coding);
  });
}
