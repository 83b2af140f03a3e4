import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { gatewayReasons } from '../reasons.js';

/** Methods that change nothing (RFC 9110, section 9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The media types that a form can send, and a page without asking first (Fetch, section 2.2.2). */
const FORM_TYPE = /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)(?:\s*;|\s*$)/i;

/** Whose pages may use a browser's session. */
export interface CrossSiteOptions {
  /** The exact origins of other pages that may. */
  readonly origins: readonly string[];
  /** Whether the gateway's own pages come by https alone. */
  readonly production: boolean;
}

/**
 * Refuses requests that a page of another site makes a browser send (cross-site request forgery): by
 * Sec-Fetch-Site, which every browser of today sends and no page can set; by Origin where it is missing. A request
 * with neither is not a page's, unless a form of an old browser could have sent it.
 *
 * It is asked where the browser adds the credential by itself or gets one: for requests with the session cookie
 * and for those whose reply sets it.
 */
export class CrossSite {
  readonly #origins: ReadonlySet<string>;
  readonly #ownSchemes: readonly string[];

  constructor({ origins, production }: CrossSiteOptions) {
    this.#origins = new Set(origins);
    this.#ownSchemes = production ? ['https:'] : ['https:', 'http:'];
  }

  /** @throws AppError CROSS_SITE_REQUEST */
  check({ method = '', headers }: Pick<IncomingMessage, 'method' | 'headers'>): void {
    if (SAFE_METHODS.has(method) || this.#isAdmitted(method, headers)) return;
    throw gatewayReasons.CROSS_SITE_REQUEST();
  }

  #isAdmitted(method: string, headers: IncomingHttpHeaders): boolean {
    const { origin, host, 'sec-fetch-site': site } = headers;
    if (origin !== undefined && this.#origins.has(origin)) return true;
    // `none`: nobody's page but the person, by the address bar or a bookmark.
    if (site !== undefined) return site === 'same-origin' || site === 'none';
    if (origin !== undefined) return this.#ownSchemes.some((scheme) => origin === `${scheme}//${host}`);
    return !canBeForm(method, headers['content-type']);
  }
}

/** Whether a page could have had it sent without a preflight. */
function canBeForm(method: string, contentType: string | undefined): boolean {
  return method === 'POST' && (contentType === undefined || FORM_TYPE.test(contentType.trim()));
}
