import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SESSION_COOKIE, type ShownCredential } from '../../../client/rest-client.js';
import { RestCaller, type RestReply } from '../../load/rest-caller.js';
import type { RestRequest } from '../../../client/rest-request.js';

/**
 * The peer of the proof: a gateway of the kind that keeps its sessions in its own memory. A login gives a cookie that
 * means something here alone; behind it is the very system that the proof is about, asked with the access token that
 * the session stands for. It differs from the product in where a session is kept, and in nothing that would help.
 */
export class SessionGateway {
  readonly #sessions = new Map<string, ShownCredential>();
  readonly #upstream: RestCaller;
  readonly #server: Server;

  /** @param upstream base URLs of the gateways behind it */
  constructor(upstream: readonly string[]) {
    this.#upstream = new RestCaller(upstream);
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @returns the port that it listens on */
  async listen(port: number): Promise<number> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await readRequest(request);
    if (asked.method === 'POST' && asked.target === '/v1/sessions') return this.#signIn(asked, response);
    const credential = this.#sessions.get(sessionOf(request));
    if (!credential) return send(response, 401, { code: 'UNAUTHENTICATED', reason: 'SESSION_UNKNOWN' });
    sendReply(response, await this.#upstream.send(asked, { credential, resend: asked.method === 'GET' }));
  }

  async #signIn({ body }: RestRequest, response: ServerResponse): Promise<void> {
    const login = { method: 'POST', target: '/v1/auth/login', body };
    const reply = await this.#upstream.send(login, { resend: false });
    if (reply.status !== 200) return sendReply(response, reply);
    const id = randomUUID();
    this.#sessions.set(id, { kind: 'access token', secret: String(reply.body['accessToken']) });
    response.setHeader('set-cookie', `${SESSION_COOKIE}=${id}; Path=/; Secure; HttpOnly`);
    send(response, 200, { id });
  }
}

async function readRequest(request: IncomingMessage): Promise<RestRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const { method = 'GET', url: target = '/' } = request;
  return { method, target, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

function sessionOf({ headers }: IncomingMessage): string {
  const pairs = (headers.cookie ?? '').split('; ').map((pair) => pair.split('='));
  return pairs.find(([name]) => name === SESSION_COOKIE)?.[1] ?? '';
}

function sendReply(response: ServerResponse, { status, headers, body }: RestReply): void {
  const retryAfter = status === 0 ? '1' : headers['retry-after'];
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  send(response, status === 0 ? 503 : status, body);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
