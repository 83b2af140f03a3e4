import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

/** An answer of the HTTP port. */
export interface WebAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request, as a gateway hands it on. */
export interface WebRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as a form of a page of ours, unless the headers say otherwise. */
  readonly form?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A browser without a screen: it keeps cookies and follows nothing by itself. */
export class SpecBrowser {
  readonly cookies = new Map<string, string>();

  constructor(private readonly portOf: () => number) {}

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<WebAnswer> {
    return this.send(path, { headers });
  }

  /** Posts a form of a page of ours. */
  async post(
    path: string,
    form: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<WebAnswer> {
    return this.send(path, {
      method: 'POST',
      form,
      headers: { 'sec-fetch-site': 'same-origin', ...headers },
    });
  }

  async send(
    path: string,
    { method = 'GET', headers = {}, form, body }: WebRequest = {},
  ): Promise<WebAnswer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const type = form && { 'content-type': 'application/x-www-form-urlencoded' };
    const all = { ...(cookie && { cookie }), ...type, ...headers };
    const text = form ? new URLSearchParams(form).toString() : body;
    const answer = await exchange(this.portOf(), path, method, all, text);
    for (const header of answer.headers['set-cookie'] ?? []) this.#keep(header);
    return answer;
  }

  #keep(header: string): void {
    const [pair = ''] = header.split(';');
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (value === '' || /max-age=0|expires=Thu, 01 Jan 1970/i.test(header)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

function exchange(
  port: number,
  path: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): Promise<WebAnswer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const { statusCode = 0, headers: received } = response;
        resolve({ status: statusCode, headers: received, text: Buffer.concat(chunks).toString() });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
