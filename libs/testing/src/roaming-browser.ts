/** What a browser shows once it stopped. */
export interface BrowserPage {
  /** The address that it ended at. */
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The address that a redirect led to and the browser was told not to go. */
  readonly redirect: URL | undefined;
}

/** What a browser takes the world to be. */
export interface RoamingBrowserOptions {
  /** Origins that are somewhere else, such as a public one that a process on this machine answers for. */
  readonly origins?: Readonly<Record<string, string>>;
}

/** How a visit differs from typing an address. */
export interface BrowserVisit {
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Redirects to where this says true are not followed. */
  readonly stopAt?: (url: URL) => boolean;
}

const MAX_REDIRECTS = 10;

/**
 * A browser for specs that goes from site to site: follows redirects, keeps cookies by host, posts forms. Of the
 * attributes of a cookie it heeds `Max-Age=0` and `SameSite=Strict`, to which a site is a host.
 */
export class RoamingBrowser {
  /** The cookies of each host; those of one differ by their names. */
  readonly cookies = new Map<string, Map<string, string>>();
  readonly #origins: Map<string, string>;
  /** The names of cookies that are sent with nothing that another site has led to. */
  readonly #strict = new Set<string>();

  constructor({ origins = {} }: RoamingBrowserOptions = {}) {
    this.#origins = new Map(Object.entries(origins));
  }

  /** From now on another process answers for an origin. */
  moveOrigin(origin: string, to: string): void {
    this.#origins.set(origin, to);
  }

  /** @throws Error when redirects do not end */
  async visit(
    address: string | URL,
    { form, headers = {}, stopAt = () => false }: BrowserVisit = {},
  ): Promise<BrowserPage> {
    let url = new URL(address);
    let body = form && new URLSearchParams(form);
    let isLed = false;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const target = (this.#origins.get(url.origin) ?? url.origin) + url.pathname + url.search;
      const sent = [...this.#jarOf(url)].filter(([name]) => !isLed || !this.#strict.has(name));
      const cookie = sent.map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(target, {
        method: body ? 'POST' : 'GET',
        headers: { ...headers, ...(cookie === '' ? {} : { cookie }) },
        redirect: 'manual',
        ...(body && { body }),
      });
      this.#keepCookies(url, response.headers.getSetCookie());
      const location = response.headers.get('location');
      const redirect = location === null ? undefined : new URL(location, url);
      if (redirect === undefined || stopAt(redirect)) {
        return {
          url,
          status: response.status,
          headers: response.headers,
          text: await response.text(),
          redirect,
        };
      }
      await response.body?.cancel();
      isLed ||= redirect.hostname !== url.hostname;
      url = redirect;
      body = undefined;
    }
    throw new Error(`more than ${MAX_REDIRECTS} redirects, the last to ${url.href}`);
  }

  #jarOf({ hostname }: URL): Map<string, string> {
    const jar = this.cookies.get(hostname) ?? new Map<string, string>();
    this.cookies.set(hostname, jar);
    return jar;
  }

  #keepCookies(url: URL, lines: readonly string[]): void {
    const jar = this.#jarOf(url);
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      const isOver = attributes.some((one) => /^(max-age=0|expires=thu, 01 jan 1970)/i.test(one));
      if (attributes.some((one) => /^samesite=strict$/i.test(one))) this.#strict.add(pair.slice(0, at));
      if (isOver) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}
