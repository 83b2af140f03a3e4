import type { FastifyInstance } from 'fastify';
import { codingOf, encodeBody, isCodable, type ContentCoding } from './content-coding.js';

/** Codes the pages of the gateway, which Fastify sends, as the answers of its routes are. */
export function compressPages(fastify: FastifyInstance): void {
  const coded = new CodedPages();
  fastify.addHook('onSend', async (request, reply, payload) => {
    const isBody = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (!isBody) return payload;
    const bytes = Buffer.byteLength(payload);
    if (!isCodable(String(reply.getHeader('content-type')), bytes)) return payload;
    reply.raw.appendHeader('vary', 'Accept-Encoding');
    const coding = codingOf(request.headers['accept-encoding']);
    if (coding === undefined) return payload;
    reply.header('content-encoding', coding).removeHeader('content-length');
    return Buffer.isBuffer(payload) ? coded.find(payload, coding) : encodeBody(Buffer.from(payload), coding);
  });
}

/**
 * Pages that are kept as bytes, coded once: anybody may ask for them, and to code the largest takes longer than a
 * hundred calls.
 */
class CodedPages {
  readonly #forms = new WeakMap<Buffer, Map<ContentCoding, Promise<Buffer>>>();

  find(page: Buffer, coding: ContentCoding): Promise<Buffer> {
    let forms = this.#forms.get(page);
    if (!forms) this.#forms.set(page, (forms = new Map()));
    let form = forms.get(coding);
    if (!form) forms.set(coding, (form = encodeBody(page, coding)));
    return form;
  }
}
