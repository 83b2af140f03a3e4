import { lookup as lookUp, type LookupAddress, type LookupOptions } from 'node:dns';
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { OutboundFault } from './outbound-fault.js';
import { isPublicAddress } from './public-addresses.js';

/** What is sent: of the Fetch API, what a client of an authorization server needs. */
export interface OutboundRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams | null;
  readonly signal?: AbortSignal;
}

/** Sends a request to a URL, as `fetch` does, within bounds. */
export type OutboundFetch = (url: string, request?: OutboundRequest) => Promise<Response>;

export interface OutboundFetchOptions {
  /** Whether the own machine and its networks are reached, and that without TLS; in development alone. */
  readonly reachesPrivate: boolean;
  /** For the whole exchange, name lookup and waiting for a connection included, in milliseconds. */
  readonly timeoutMs?: number;
  /** The largest body of an answer, in bytes. */
  readonly maxBytes?: number;
}

const TIMEOUT_MS = 3_000;

/** A key set of a large provider has 4 KiB, its metadata 2. */
const MAX_BYTES = 256 * 1_024;

/** Requests to one host at once; more wait, within their time, and cannot take all that the process has. */
const MAX_SOCKETS = 32;

/** Kept for the next request to a host that was just asked, in milliseconds. */
const KEEP_ALIVE_MS = 10_000;

/**
 * Makes a fetch for requests to parties whose addresses come from settings, from metadata, or from a stranger: no
 * address that is not public is connected to, whatever name leads there and whenever it changes; no redirect is
 * followed; time and size are bounded.
 *
 * @returns a function that throws OutboundFault for all that is not an answer
 */
export function outboundFetch({
  reachesPrivate,
  timeoutMs = TIMEOUT_MS,
  maxBytes = MAX_BYTES,
}: OutboundFetchOptions): OutboundFetch {
  const options = {
    keepAlive: true,
    maxSockets: MAX_SOCKETS,
    timeout: KEEP_ALIVE_MS,
    ...(reachesPrivate ? {} : { lookup: lookUpPublic }),
  };
  const [http, https] = [new HttpAgent(options), new HttpsAgent(options)];
  return async (url, request = {}) => {
    const target = new URL(url);
    if (!reachesPrivate) requirePublic(target);
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout;
    const agent = target.protocol === 'https:' ? https : http;
    try {
      const answer = await send(target, { ...request, signal }, agent);
      return await read(answer, maxBytes);
    } catch (error) {
      throw toFault(error, target, timeout.aborted, signal.aborted);
    }
  };
}

/** @throws OutboundFault ADDRESS_REFUSED */
function requirePublic({ protocol, hostname, host }: URL): void {
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'https:' && (isIP(literal) === 0 || isPublicAddress(literal))) return;
  throw new OutboundFault('ADDRESS_REFUSED', `${protocol}//${host} is not reached from here`);
}

/** Where the connection is made: the addresses that are checked are those that are used. */
const lookUpPublic: LookupFunction = (hostname, options: LookupOptions, done) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses: LookupAddress[] = []) => {
    if (error) return done(error, '');
    const refused = addresses.find(({ address }) => !isPublicAddress(address));
    if (refused || addresses[0] === undefined) {
      return done(
        new OutboundFault('ADDRESS_REFUSED', `${hostname} is at ${refused?.address ?? 'no address'}`),
        '',
      );
    }
    if (options.all) done(null, addresses);
    else done(null, addresses[0].address, addresses[0].family);
  });
};

function send(
  target: URL,
  { method = 'GET', headers = {}, body, signal }: OutboundRequest,
  agent: HttpAgent | HttpsAgent,
): Promise<IncomingMessage> {
  const start = target.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = start(target, { method, headers: { ...typeOf(body), ...headers }, agent, signal });
    request.once('response', resolve).once('error', reject);
    request.end(body?.toString());
  });
}

function typeOf(body: OutboundRequest['body']): Record<string, string> {
  return body instanceof URLSearchParams ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
}

/** Statuses whose answers have no body (Fetch, section 2.2.3), for which `Response` takes none. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

async function read(answer: IncomingMessage, maxBytes: number): Promise<Response> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new OutboundFault('ANSWER_TOO_LARGE', `more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const status = answer.statusCode ?? 0;
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  return new Response(BODILESS.has(status) ? null : Buffer.concat(chunks), { status, headers });
}

function toFault(cause: unknown, { host }: URL, late: boolean, aborted: boolean): OutboundFault {
  if (cause instanceof OutboundFault) return cause;
  if (late) return new OutboundFault('TIMEOUT', `${host} did not answer in time`, { cause });
  if (aborted) return new OutboundFault('ABORTED', `nobody waits for ${host} any more`, { cause });
  return new OutboundFault('UNREACHABLE', `${host} cannot be reached`, { cause });
}
