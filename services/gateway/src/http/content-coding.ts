import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { readWeights } from './weights.js';

/** The codings that answers are sent in besides their own form. */
export type ContentCoding = 'br' | 'gzip';

/** Shorter bodies fit into one packet and gain nothing. */
export const MIN_CODED_BYTES = 1_024;

/** Text in the forms that answers have; images and archives are dense already. */
const TEXT =
  /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml)|(?:application|image)\/(?:javascript|svg\+xml))/i;

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

/** Whether answers of this type and size are worth coding. Their `Vary` names Accept-Encoding, whatever came of it. */
export function isCodable(contentType: string, bytes: number): boolean {
  return bytes >= MIN_CODED_BYTES && TEXT.test(contentType);
}

/** The coding that an Accept-Encoding header wants most, brotli where both weigh the same; undefined for neither. */
export function codingOf(acceptEncoding: string | undefined): ContentCoding | undefined {
  if (acceptEncoding === undefined) return undefined;
  const weights = readWeights(acceptEncoding);
  const weightOf = (coding: string) => weights.get(coding) ?? weights.get('*') ?? 0;
  const best = weightOf('br') >= weightOf('gzip') ? 'br' : 'gzip';
  return weightOf(best) > 0 ? best : undefined;
}

/** Codes a body, off the event loop. Brotli at 4 takes the time of gzip at 6 and gives less. */
export function encodeBody(body: Uint8Array, coding: ContentCoding): Promise<Buffer> {
  if (coding === 'gzip') return toGzip(body);
  return toBrotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
}

/**
 * The entity tag of a coded answer. A strong tag stands for bytes, so that each coding has one of its own
 * (RFC 9110, section 8.8.3.3); a weak one stands for all of them.
 */
export function codedEtag(etag: string, coding: ContentCoding): string {
  return etag.startsWith('W/') ? etag : `${etag.slice(0, -1)}--${coding}"`;
}

/** An If-Match or If-None-Match header whose tags are those of the resource, in whatever coding they went out. */
export function resourceTags(header: string): string {
  return header.replace(/--(?:br|gzip)"/g, '"');
}
