import type { Duplex } from 'node:stream';
import { ClientConnection, type ClientLimits, type Peer } from './client-connection.js';
import type { Address, Dial } from './dial.js';

/** How long a connection may take until calls can be made on it, in milliseconds. */
const ATTEMPT_MS = 5_000;

/** How long the next attempt waits for, from the beginning of one that failed, in milliseconds: at first, and at most. */
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 2_000;
const BACKOFF_FACTOR = 1.6;
const BACKOFF_JITTER = 0.2;

/** How connections are made. */
export interface LineOptions {
  readonly dial: Dial;
  readonly peer: Peer;
  readonly limits: ClientLimits;
}

export interface LineEvents {
  /** Whether calls can be made on it has changed. */
  changed(): void;
  /** A call has ended, and there may be room for another one. */
  room(): void;
}

/** One way to a replica: a connection, and the next one when that has ended. */
export class Line {
  /** On which calls can be made. */
  connection: ClientConnection | undefined;
  /** Since when it is being connected, on the monotonic clock. */
  connectingAt: number | undefined;
  /** Why the last attempt failed. */
  fault = '';
  #backoffMs = FIRST_BACKOFF_MS;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #attempt: ClientConnection | undefined;
  #isClosed = false;
  /** Connections with calls under way, also such as take no new ones. */
  readonly #open = new Set<ClientConnection>();

  constructor(
    private readonly address: Address,
    private readonly options: LineOptions,
    private readonly events: LineEvents,
  ) {}

  /** Connects, and whenever that connection has ended again. */
  async connect(): Promise<void> {
    this.connectingAt = this.#startedAt = performance.now();
    this.#timer = setTimeout(() => this.#failed('the connection was not completed'), ATTEMPT_MS).unref();
    this.events.changed();
    const started = this.#startedAt;
    try {
      const socket = await this.options.dial(this.address);
      if (this.#isClosed || this.#startedAt !== started) socket.destroy();
      else this.#speak(socket);
    } catch (error) {
      if (this.#startedAt === started) this.#failed(String(error));
    }
  }

  /** Takes no calls any more; those under way go on to their ends. */
  retire(): void {
    this.#stop();
    for (const connection of this.#open) connection.drain();
  }

  /** Ends the calls under way. */
  close(): void {
    this.#stop();
    for (const connection of this.#open) connection.close();
  }

  #stop(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.connection = this.connectingAt = undefined;
  }

  #speak(socket: Duplex): void {
    const { limits, peer } = this.options;
    const connection: ClientConnection = new ClientConnection(socket, limits, peer, {
      ready: () => this.#ready(connection),
      room: () => this.events.room(),
      draining: () => this.#ended(connection, 'the service ended the connection'),
      closed: (reason) => {
        this.#open.delete(connection);
        this.#ended(connection, reason);
      },
    });
    this.#open.add(connection);
    this.#attempt = connection;
  }

  #ready(connection: ClientConnection): void {
    if (connection !== this.#attempt) return;
    clearTimeout(this.#timer);
    this.#attempt = this.connectingAt = undefined;
    this.#backoffMs = FIRST_BACKOFF_MS;
    this.connection = connection;
    this.events.changed();
  }

  /** A connection takes no further calls. */
  #ended(connection: ClientConnection, reason: string): void {
    if (connection === this.#attempt) this.#failed(reason);
    if (connection !== this.connection) return;
    this.connection = undefined;
    this.fault = reason;
    if (this.#isClosed) return;
    this.connectingAt = performance.now();
    // One that ends as soon as it is made is not made without a pause.
    this.#connectIn(this.#startedAt + FIRST_BACKOFF_MS - performance.now());
    this.events.changed();
  }

  #failed(reason: string): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    const attempt = this.#attempt;
    this.#attempt = this.connectingAt = undefined;
    attempt?.close();
    this.fault = reason;
    const waitMs = this.#startedAt + this.#backoffMs - performance.now();
    const jitter = 1 + BACKOFF_JITTER * (2 * Math.random() - 1);
    this.#backoffMs = Math.min(this.#backoffMs * BACKOFF_FACTOR, LONGEST_BACKOFF_MS);
    this.#startedAt = -1;
    this.#connectIn(waitMs * jitter);
    this.events.changed();
  }

  #connectIn(ms: number): void {
    this.#timer = setTimeout(() => void this.connect(), Math.max(0, ms)).unref();
  }
}
