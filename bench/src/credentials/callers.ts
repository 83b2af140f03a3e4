import { contract } from '@gatehouse/contracts';
import { Credential } from '@gatehouse/contracts/access';
import { TokenServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient } from '@gatehouse/grpc/client';
import { demoAccount, type RunningSystem } from '@gatehouse/tools/start';

/** A credential as a request shows it, and what ends it. */
export interface Presented {
  /** The header, such as `x-api-key: ...`. */
  readonly header: string;
  /** Ends it, by the REST face of the system. */
  end(): Promise<void>;
}

/** Credentials of one person, who owns the resource that is read. */
export class Callers {
  /** The `cookie` header of a session that is never ended. */
  #owner = '';

  constructor(private readonly running: RunningSystem) {}

  /** A new sign-in behind a cookie. */
  async session(): Promise<Presented> {
    const { headers } = await this.#send('POST', '/v1/sessions', '', password());
    const [cookie = ''] = headers.getSetCookie().map((text) => text.split(';')[0] ?? '');
    const header = `cookie: ${cookie}`;
    return {
      header,
      end: async () => void (await this.#send('DELETE', '/v1/sessions/current', header)),
    };
  }

  /** A new sign-in of a program that holds its tokens itself. */
  async tokens(): Promise<Presented> {
    const { body } = await this.#send('POST', '/v1/auth/login', '', password());
    const { accessToken, refreshToken } = body as { accessToken: string; refreshToken: string };
    return {
      header: `authorization: Bearer ${accessToken}`,
      end: async () => void (await this.#send('POST', '/v1/auth/logout', '', { refreshToken })),
    };
  }

  /** A new API key that may read. */
  async apiKey(): Promise<Presented> {
    const header = await this.#lasting();
    const wanted = { displayName: 'bench', permissions: ['resources:read'], lifetime: '3600s' };
    const { body } = await this.#send('POST', '/v1/apiKeys', header, wanted);
    const { secret, apiKey } = body as { secret: string; apiKey: { id: string } };
    return {
      header: `x-api-key: ${secret}`,
      end: async () => void (await this.#send('DELETE', `/v1/apiKeys/${apiKey.id}`, header)),
    };
  }

  /** Makes the resource that is read, and returns its path. */
  async resource(): Promise<string> {
    const { body } = await this.#send('POST', '/v1/resources', await this.#lasting(), {
      title: 'Minutes',
      content: 'x'.repeat(500),
    });
    return `/v1/resources/${(body as { id: string }).id}`;
  }

  /** Access tokens that nobody has seen yet, made at auth of one session. */
  async freshTokens(count: number): Promise<string[]> {
    const [, subjectToken = ''] = (await this.#lasting()).split('=');
    const request = { subjectToken, subjectTokenType: Credential.SESSION };
    const client = openClient(TokenServiceClient, this.running.addresses.auth[0] ?? '', contract);
    const made: string[] = [];
    let begun = 0;
    const maker = async () => {
      while (begun++ < count) {
        const { tokens } = await callUnary(client.exchange.bind(client), request, { timeoutMs: 10_000 });
        made.push(`authorization: Bearer ${tokens?.accessToken ?? ''}`);
      }
    };
    try {
      await Promise.all([maker(), maker(), maker(), maker()]);
      return made;
    } finally {
      client.close();
    }
  }

  async #lasting(): Promise<string> {
    return (this.#owner ||= (await this.session()).header);
  }

  async #send(method: string, path: string, credential: string, body?: object) {
    const [name = '', value = ''] = credential.split(': ');
    const response = await fetch(this.running.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...(name === '' ? {} : { [name]: value }) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return { headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as unknown };
  }
}

function password(): { email: string; password: string } {
  const { email, password } = demoAccount('editor');
  return { email, password };
}
