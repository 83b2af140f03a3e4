import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { headerOf, type ShownCredential } from '../../client/rest-client.js';
import type { RestRequest } from '../../client/rest-request.js';
import { machineMs } from '../clock.js';
import { RetryBudget } from './retry-budget.js';

/** What a gateway answered in the end. */
export interface RestReply {
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The JSON of the body; an empty object where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Which gateway it was, counted from 0. */
  readonly gateway: number;
  /** How often it was sent. */
  readonly attempts: number;
}

/** How a request may be sent. */
export interface SendOptions {
  readonly credential?: ShownCredential;
  /** Whether it may be sent again when nobody knows what became of it. */
  readonly resend: boolean;
  /** The gateway to begin with; the next one in turn unless given. */
  readonly gateway?: number;
}

const ATTEMPTS = 4;
/** How long one attempt may take, in milliseconds: longer than a gateway waits for what is behind it. */
const ATTEMPT_MS = 12_000;
/** The reason of a request of which nothing was done. */
const REFUSED_AT_THE_DOOR = 'OVERLOADED';
/** How long a gateway that accepted no connection is asked after the others. */
const AVOID_MS = 500;

type Attempt = Omit<RestReply, 'attempts'> & { readonly neverSent: boolean };

/**
 * The REST face as a good client calls it: connections are kept; what found no gateway goes to another one at once;
 * what was cut off, or answered 503 with Retry-After, is sent again to another one within a budget, if doing it twice
 * is the same as doing it once or if the answer says that nothing was done.
 */
export class RestCaller implements Disposable {
  readonly #gateways: readonly { readonly url: URL; readonly agent: Agent }[];
  readonly #budget = new RetryBudget();
  /** Until when each gateway is asked after the others. */
  readonly #avoid: number[];
  #turn = 0;

  /** @param urls base URLs of the gateways */
  constructor(urls: readonly string[]) {
    this.#gateways = urls.map((url) => ({ url: new URL(url), agent: new Agent({ keepAlive: true }) }));
    this.#avoid = urls.map(() => 0);
  }

  /** Sends a request until there is an answer that stands. Whatever becomes of it is a reply. */
  async send(request: RestRequest, { credential, resend, gateway }: SendOptions): Promise<RestReply> {
    this.#budget.earn();
    let at = this.#reachable(gateway ?? this.#turn++ % this.#gateways.length);
    for (let attempts = 1; ; attempts++) {
      const { neverSent, ...reply } = await this.#try(at, request, credential);
      if (neverSent) this.#avoid[at] = machineMs() + AVOID_MS;
      const isSafe = resend || neverSent || reply.body['reason'] === REFUSED_AT_THE_DOOR;
      if (isSafe && !stands(reply) && attempts < ATTEMPTS && this.#budget.spend()) {
        // The other gateway at once; after it has been asked too, no sooner than told.
        if (attempts > 1) await delay(1_000 * Number(reply.headers['retry-after'] ?? 0.2));
        at = this.#reachable((at + 1) % this.#gateways.length);
        continue;
      }
      return { ...reply, attempts };
    }
  }

  [Symbol.dispose](): void {
    for (const { agent } of this.#gateways) agent.destroy();
  }

  #reachable(wanted: number): number {
    const others = this.#gateways.map((_gateway, index) => (wanted + index) % this.#gateways.length);
    return others.find((index) => (this.#avoid[index] ?? 0) <= machineMs()) ?? wanted;
  }

  #try(
    gateway: number,
    { method, target, body }: RestRequest,
    credential: ShownCredential | undefined,
  ): Promise<Attempt> {
    const { url, agent } = this.#gateways[gateway] as { url: URL; agent: Agent };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...headerOf(credential),
      'user-agent': 'load/1.0',
      ...(text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    return new Promise((resolve) => {
      const none = (code: string | undefined) =>
        resolve({ status: 0, headers: {}, body: {}, gateway, neverSent: code === 'ECONNREFUSED' });
      const signal = AbortSignal.timeout(ATTEMPT_MS);
      const asked = httpRequest(new URL(target, url), { method, agent, headers, signal }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', () => none(undefined));
        answer.on('end', () => {
          const { statusCode: status = 0 } = answer;
          const json = jsonOf(Buffer.concat(chunks).toString('utf8'));
          resolve({ status, headers: answer.headers, body: json, gateway, neverSent: false });
        });
      });
      asked.on('error', ({ code }: NodeJS.ErrnoException) => none(code));
      asked.end(text);
    });
  }
}

function stands({ status, headers }: Pick<RestReply, 'status' | 'headers'>): boolean {
  return status !== 0 && !(status === 503 && headers['retry-after'] !== undefined);
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  return text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);
}
