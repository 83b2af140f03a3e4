import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { AppError, platformReasons } from '@gatehouse/errors';
import type { HttpReplica, HttpReplicas } from './http-replicas.js';

/** A request on its way to a service. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly headers: OutgoingHttpHeaders;
  /** Taken no faster than the service takes it. What it throws ends the request and is thrown. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** How an {@link HttpUpstream} reaches its service. */
export interface HttpUpstreamOptions {
  readonly replicas: HttpReplicas;
  /** Makes of a connection one to the service and nobody else. */
  readonly secure: (socket: Socket) => Promise<Socket>;
  /** How long a replica may take to accept, and to begin its answer or go on with it, in milliseconds. */
  readonly connectMs?: number;
  readonly answerMs?: number;
}

const CONNECT_MS = 1_000;
const ANSWER_MS = 15_000;

/** How soon a caller may try again, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/**
 * The HTTP port of a service, at whichever of its replicas. Each request has a connection of its own: one that is kept
 * can end just when a request is sent on it, and nobody would know whether a code that is good once was used.
 */
export class HttpUpstream {
  readonly #options: Required<HttpUpstreamOptions>;

  constructor(options: HttpUpstreamOptions) {
    this.#options = { connectMs: CONNECT_MS, answerMs: ANSWER_MS, ...options };
  }

  /**
   * Sends a request, once.
   *
   * @returns the answer as soon as its headers are there; its connection ends with it
   * @throws AppError PEER_UNAVAILABLE when no replica takes it, or the one that did does not answer
   */
  async send({ method, target, headers, body }: UpstreamRequest): Promise<IncomingMessage> {
    const { replica, socket } = await this.#connect();
    const sent = request({ method, path: target, headers, createConnection: () => socket, setHost: false });
    const { answerMs, replicas } = this.#options;
    sent.setTimeout(answerMs, () => sent.destroy(new Error(`no answer for ${answerMs} ms`)));
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.on('error', (cause) => {
        // What the body was refused for is no fault of the replica.
        if (cause instanceof AppError) return reject(cause);
        replicas.failed(replica);
        reject(unavailable(cause));
      });
    });
    // An answer may come before the whole body was taken, and counts then.
    const written = pipeline(body, sent).then(() => answer);
    return Promise.race([answer, written]).catch((error: unknown) => {
      sent.destroy();
      throw error;
    });
  }

  async #connect(): Promise<{ replica: HttpReplica; socket: Socket }> {
    const { replicas, secure, connectMs } = this.#options;
    let cause: unknown;
    const inTurn = await replicas.inTurn().catch((error: unknown) => {
      throw unavailable(error);
    });
    for (const replica of inTurn) {
      try {
        return { replica, socket: await secure(await dial(replica, connectMs)) };
      } catch (error) {
        replicas.failed(replica);
        cause = error;
      }
    }
    throw unavailable(cause);
  }
}

function unavailable(cause: unknown) {
  return platformReasons.PEER_UNAVAILABLE({ cause, retryAfterMs: RETRY_AFTER_MS });
}

function dial(replica: HttpReplica, withinMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...replica, noDelay: true });
    const timer = setTimeout(
      () => socket.destroy(new Error(`no connection within ${withinMs} ms`)),
      withinMs,
    );
    socket.once('error', reject);
    socket.once('close', () => clearTimeout(timer));
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
