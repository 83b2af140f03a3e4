import type { Json } from './json.js';

/** What the gateway answered. */
export interface RestAnswer<Body = Json> {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON body; an empty object when there was none. */
  readonly body: Body;
}

/** Longer than any call may take. */
const TIMEOUT_MS = 30_000;

/** What a caller may show: each kind goes into a header of its own. */
export interface ShownCredential {
  readonly kind: 'access token' | 'session' | 'api key';
  readonly secret: string;
}

/** The name of the session cookie. */
export const SESSION_COOKIE = '__Host-gatehouse';

/** The REST face as a program of someone else calls it: fetch and JSON, and nothing of ours. */
export class RestClient {
  constructor(
    private readonly url: string,
    private readonly credential?: ShownCredential,
  ) {}

  /** The same face with an access token; without one for undefined. */
  as(accessToken: string | undefined): RestClient {
    return this.showing(
      accessToken === undefined ? undefined : { kind: 'access token', secret: accessToken },
    );
  }

  /** The same face with a credential of any kind; without one for undefined. */
  showing(credential: ShownCredential | undefined): RestClient {
    return new RestClient(this.url, credential);
  }

  get<Body = Json>(path: string): Promise<RestAnswer<Body>> {
    return this.request<Body>('GET', path);
  }

  post<Body = Json>(path: string, body: Json): Promise<RestAnswer<Body>> {
    return this.request<Body>('POST', path, body);
  }

  patch<Body = Json>(path: string, body: Json): Promise<RestAnswer<Body>> {
    return this.request<Body>('PATCH', path, body);
  }

  delete<Body = Json>(path: string): Promise<RestAnswer<Body>> {
    return this.request<Body>('DELETE', path);
  }

  /** @throws TypeError when there is no answer: nothing listens, or the connection ended before one came */
  async request<Body = Json>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RestAnswer<Body>> {
    const response = await this.#send(method, path, body, headers);
    return answerOf(response, await response.text());
  }

  /** The same for a route that streams: the first of its messages, without waiting for the others. */
  async firstOf<Body = Json>(method: string, path: string, body?: unknown): Promise<RestAnswer<Body>> {
    const response = await this.#send(method, path, body, { accept: 'application/x-ndjson' });
    if (!response.ok || !response.body) return answerOf(response, await response.text());
    let text = '';
    // Leaving the loop cancels the stream.
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes('\n')) break;
    }
    return answerOf(response, text.split('\n')[0] ?? '');
  }

  #send(method: string, path: string, body: unknown, headers: Readonly<Record<string, string>>) {
    return fetch(this.url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headerOf(this.credential),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }
}

/** The header that shows a credential; none for undefined. */
export function headerOf(credential: ShownCredential | undefined): Record<string, string> {
  if (!credential) return {};
  const { kind, secret } = credential;
  if (kind === 'session') return { cookie: `${SESSION_COOKIE}=${secret}` };
  return kind === 'api key' ? { 'x-api-key': secret } : { authorization: `Bearer ${secret}` };
}

function answerOf<Body>({ status, headers }: Response, text: string): RestAnswer<Body> {
  return { status, headers, body: (text === '' ? {} : JSON.parse(text)) as Body };
}

/** The body of an answer that must be a success. @throws Error with what was answered instead */
export function succeeded<Body>({ status, body }: RestAnswer<Body>): Body {
  if (status !== 200) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
  return body;
}
