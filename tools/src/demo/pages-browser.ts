/** How many pages may follow one another by themselves. */
const MAX_REDIRECTS = 8;

/** Where a browser has come to. */
export interface VisitedPage {
  readonly url: URL;
  readonly text: string;
}

/** A browser without a screen: it keeps cookies, goes where it is sent and posts forms. */
export class PagesBrowser {
  readonly #cookies = new Map<string, string>();
  readonly #origin: string;

  /** @param origin the only one that it goes to */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /**
   * Opens a page, or posts a form to it.
   *
   * @returns where that has led: a page, or the first address of another origin, which is not asked
   * @throws Error when the redirects do not end
   */
  async visit(path: string, form?: Readonly<Record<string, string>>): Promise<VisitedPage> {
    let url = new URL(path, this.#origin);
    let body = form && new URLSearchParams(form);
    for (let step = 0; step < MAX_REDIRECTS; step++) {
      if (url.origin !== this.#origin) return { url, text: '' };
      const answer = await this.#send(url, body);
      const text = await answer.text();
      const next = answer.headers.get('location') ?? refreshOf(text);
      if (next === undefined) return { url, text };
      url = new URL(next, url);
      body = undefined;
    }
    throw new Error(`${path} leads nowhere`);
  }

  /** Sends the first form of a page, its hidden fields included. */
  submit({ url, text }: VisitedPage, fields: Readonly<Record<string, string>>): Promise<VisitedPage> {
    const [form = ''] = /<form[\s\S]*?<\/form>/.exec(text) ?? [];
    const action = / action="([^"]*)"/.exec(form)?.[1] ?? url.pathname;
    const hidden = form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
    const kept = Object.fromEntries(Array.from(hidden, ([, name, value]) => [name, unescaped(value)]));
    return this.visit(unescaped(action), { ...kept, ...fields });
  }

  async #send(url: URL, body: URLSearchParams | undefined): Promise<Response> {
    const cookie = [...this.#cookies].map((pair) => pair.join('=')).join('; ');
    const posting = body && { method: 'POST', body };
    const headers = { cookie, ...(body && { origin: this.#origin, 'sec-fetch-site': 'same-origin' }) };
    const answer = await fetch(url, { ...posting, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      this.#cookies.set(name, value);
    }
    return answer;
  }
}

/** Where a page sends on to by itself. */
function refreshOf(page: string): string | undefined {
  const next = /<meta http-equiv="refresh" content="0; url=([^"]*)"/.exec(page)?.[1];
  return next && unescaped(next);
}

function unescaped(text = ''): string {
  return text.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
