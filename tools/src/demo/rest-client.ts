import type { Narrator } from './narrator.js';

/** An answer of the REST face. */
export interface RestAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

/** What is sent besides method and path. */
export interface RestRequest {
  readonly accessToken?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls the REST face and shows both sides of the exchange. */
export class RestClient {
  constructor(
    private readonly url: string,
    private readonly narrator: Narrator,
  ) {}

  async call(method: string, path: string, request: RestRequest = {}): Promise<RestAnswer> {
    const { accessToken, body, headers } = request;
    this.narrator.sent(`${method} ${path}`);
    if (accessToken) this.narrator.sent(`authorization: Bearer ${shortened(accessToken)}`);
    for (const [name, value] of Object.entries(headers ?? {}))
      this.narrator.sent(`${name}: ${shortened(value)}`);
    if (body) this.narrator.sent(JSON.stringify(body, shortenSecrets));
    const answer = await this.quietly(method, path, request);
    this.narrator.received(`${answer.status} ${answer.headers.get('content-type') ?? ''}`.trim());
    this.narrator.received(JSON.stringify(answer.body, shortenSecrets));
    return answer;
  }

  /** The same without a word. */
  async quietly(
    method: string,
    path: string,
    { accessToken, body, headers }: RestRequest = {},
  ): Promise<RestAnswer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...headers,
        ...(accessToken ? { authorization: `Bearer ${accessToken}` } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      body: body ? JSON.stringify(body) : undefined,
    });
    const text = await response.text();
    const answer = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    return { status: response.status, body: answer, headers: response.headers };
  }
}

/** The first and last characters of a token, which is all that a reader needs to recognize it. */
export function shortened(token: string): string {
  return token.length > 40 ? `${token.slice(0, 16)}...${token.slice(-8)}` : token;
}

function shortenSecrets(key: string, value: unknown): unknown {
  return /token|secret/i.test(key) && typeof value === 'string' ? shortened(value) : value;
}
