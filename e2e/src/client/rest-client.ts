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

/** The REST face as a program of someone else calls it: fetch and JSON, and nothing of ours. */
export class RestClient {
  constructor(
    private readonly url: string,
    private readonly accessToken?: string,
  ) {}

  /** The same face with an access token; without one for undefined. */
  as(accessToken: string | undefined): RestClient {
    return new RestClient(this.url, accessToken);
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
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.accessToken === undefined ? {} : { authorization: `Bearer ${this.accessToken}` }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const answer = text === '' ? {} : JSON.parse(text);
    return { status: response.status, headers: response.headers, body: answer as Body };
  }
}

/** The body of an answer that must be a success. @throws Error with what was answered instead */
export function succeeded<Body>({ status, body }: RestAnswer<Body>): Body {
  if (status !== 200) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
  return body;
}
