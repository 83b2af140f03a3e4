import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { CrossSite } from '../credential/cross-site.js';
import { readCredential } from '../credential/presented-credential.js';
import type { Exchange } from '../http/exchange.js';
import { streamBody } from '../http/read-body.js';
import { closeUnread } from '../http/send-problem.js';
import type { HttpUpstream } from './http-upstream.js';
import { forwardedHeaders, returnedHeaders } from './proxied-headers.js';
import { isProtocolPath, proxiedRoute } from './proxied-paths.js';

/** The largest body, in bytes: forms, and client assertions in them. */
const MAX_BODY_BYTES = 64 * 1024;

/** What the proxy works with. */
export interface AuthProxyOptions {
  readonly upstream: Pick<HttpUpstream, 'send'>;
  readonly crossSite: CrossSite;
}

/**
 * Hands on what browsers and OAuth clients ask of auth over HTTP: its pages, and the protocol. The gateway's own rules
 * hold for these requests as for all others; what is in them is for auth alone to judge, and which methods a path has.
 */
export class AuthProxy {
  constructor(private readonly options: AuthProxyOptions) {}

  /** Whether a request is for auth. */
  takes({ rawPath }: Exchange): boolean {
    return proxiedRoute(rawPath) !== undefined;
  }

  /** @throws AppError, before anything is written */
  async handle(exchange: Exchange): Promise<void> {
    const { request, response, rawPath, query } = exchange;
    const { method = '' } = request;
    exchange.route = proxiedRoute(rawPath);
    this.#checkCredentials(exchange);
    const answer = await this.options.upstream.send({
      method,
      target: query === '' ? rawPath : `${rawPath}?${query}`,
      headers: forwardedHeaders(exchange),
      body: streamBody(request, response, MAX_BODY_BYTES),
    });
    await sendOn(exchange, answer);
  }

  /** A page signs people in and out by the browser's cookie; a client of the protocol has none. */
  #checkCredentials(exchange: Exchange): void {
    const { request, rawPath } = exchange;
    const credential = readCredential(request.headers);
    if (credential?.form === 'session') exchange.credential = 'session';
    if (credential?.form === 'session' || !isProtocolPath(rawPath)) this.options.crossSite.check(request);
  }
}

async function sendOn(exchange: Exchange, answer: IncomingMessage): Promise<void> {
  const { response } = exchange;
  for (const [name, value] of Object.entries(returnedHeaders(answer))) {
    if (value !== undefined) response.setHeader(name, value);
  }
  closeUnread(exchange);
  response.writeHead(answer.statusCode ?? 502);
  // Who reads the answer sees by its length or its coding that it was cut short.
  await pipeline(answer, response).catch(() => response.destroy());
}
