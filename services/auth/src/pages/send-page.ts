import { isIP } from 'node:net';
import type { Visit } from '../web/visit.js';
import { layout, type Page } from './layout.js';

/** How a page is sent. */
export interface PageOptions {
  /** 200 unless given. */
  readonly status?: number;
  /** Where its forms may lead besides to ourselves, in the end: the origin of a client's redirect URI. */
  readonly formTarget?: string;
}

/** Sends a page. Nothing on it may run, frame it or be told where it was. */
export function sendPage(
  { response }: Visit,
  page: Page,
  { status = 200, formTarget }: PageOptions = {},
): void {
  const body = layout(page).text;
  response.writeHead(status, { ...pageHeaders(formTarget), 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** The headers of every page. */
export function pageHeaders(formTarget?: string): Readonly<Record<string, string>> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': pagePolicy(formTarget),
    'x-content-type-options': 'nosniff',
    // Nothing is told to others. With `no-referrer` a form of our own would come from the origin `null`.
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  };
}

/**
 * Where a redirect leads, as `form-action` has it: an origin, or the scheme of an app on a device. Of addresses of the
 * network a policy can name 127.0.0.1 alone (CSP 3, section 6.7.2.8); for others the scheme has to do.
 */
export function formTargetOf(uri: string): string | undefined {
  const url = URL.parse(uri);
  if (!url) return undefined;
  const { origin, protocol, hostname } = url;
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 && hostname !== '127.0.0.1';
  return origin === 'null' || isAddress ? protocol : origin;
}

/** Sends the browser elsewhere, by GET whatever it came by (RFC 9700, section 4.12). */
export function sendOn({ response }: Visit, location: string): void {
  response.writeHead(303, { location, 'cache-control': 'no-store', 'content-length': 0 });
  response.end();
}

/**
 * The policy of a page. Browsers hold `form-action` against every hop that follows a form, so the last one has to be in
 * it: the client that the person is sent back to.
 */
function pagePolicy(formTarget: string | undefined): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    'img-src data:',
    `form-action 'self'${formTarget === undefined ? '' : ` ${formTarget}`}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
