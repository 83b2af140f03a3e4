import { randomUUID } from 'node:crypto';
import type { Json } from '../client/json.js';
import type { Outcome } from '../client/outcome.js';
import { RestClient, type RestAnswer, type ShownCredential } from '../client/rest-client.js';

/** One call of a history: what was asked, when, and what came of it. */
export interface Operation {
  /** The name of the RPC. */
  readonly action: string;
  /** Who asked. */
  readonly actor: string;
  /** Names the call in audit events. */
  readonly requestId: string;
  /** Milliseconds on one clock for the whole history. */
  readonly start: number;
  readonly end: number;
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly reason: string;
  /** What was shown that is good once, or good until it is ended: the same text is the same thing. */
  readonly shown: string | undefined;
  /** What the answer handed out. */
  readonly got: string | undefined;
}

/** What a call is made with. */
export interface Asked {
  readonly actor: string;
  readonly action: string;
  readonly gateway: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: Json;
  readonly credential?: ShownCredential;
  readonly shown?: string;
  /** Reads from a good answer what it handed out. */
  readonly got?: (answer: RestAnswer<Json>) => string | undefined;
}

/** A call that was made, and what was answered. */
export interface Recorded<Body = Json> {
  readonly operation: Operation;
  readonly body: Body;
}

/** The HTTP status that the gateway answers in the place of these codes; any other is an outage. */
const STATUSES: ReadonlyMap<Outcome['code'], number> = new Map([
  ['OK', 200],
  ['UNAUTHENTICATED', 401],
  ['PERMISSION_DENIED', 403],
  ['NOT_FOUND', 404],
]);

/** Everything that was asked of a system and what it answered, in the order of the answers. */
export class History {
  readonly operations: Operation[] = [];

  /** Asks and records. An answer that does not come has the status 0. */
  async ask<Body = Json>(asked: Asked): Promise<Recorded<Body>> {
    const { actor, action, gateway, method, path, body, credential, shown, got } = asked;
    const requestId = randomUUID();
    const start = performance.now();
    const rest = new RestClient(gateway).showing(credential);
    const answer = await rest
      .request<Json>(method, path, body, { 'x-request-id': requestId })
      .catch((error: unknown) => noAnswer(error));
    const good = answer?.status === 200;
    const operation: Operation = {
      action,
      actor,
      requestId,
      start,
      end: performance.now(),
      status: answer?.status ?? 0,
      reason: good ? '' : String(answer?.body['reason'] ?? ''),
      shown,
      got: good ? got?.(answer) : undefined,
    };
    this.operations.push(operation);
    return { operation, body: (answer?.body ?? {}) as Body };
  }

  /** Records a call that is made otherwise than over REST. */
  async call(
    { actor, action, shown }: Pick<Asked, 'actor' | 'action' | 'shown'>,
    make: () => Promise<Outcome>,
  ): Promise<void> {
    const start = performance.now();
    const { code, reason } = await make();
    const end = performance.now();
    const status = STATUSES.get(code) ?? 503;
    const requestId = randomUUID();
    this.operations.push({ actor, action, requestId, start, end, status, reason, shown, got: undefined });
  }
}

/** What fetch throws when a connection ends before the answer does; anything else is a fault of the proof. */
function noAnswer(error: unknown): undefined {
  if ((error as Error).name === 'TypeError' && (error as Error).cause !== undefined) return undefined;
  throw error;
}
