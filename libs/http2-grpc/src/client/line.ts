import type { Duplex } from 'node:stream';
import { ClientConnection, type ClientLimits } from './client-connection.js';
import type { Address, Dialer } from './dial.js';

/**
 * How long calls wait for a connection that is being made, in milliseconds. A process that hangs has its connections
 * accepted by its system, and they stay half made: whoever waited for one would wait until its deadline.
 */
const PATIENCE_MS = 2_000;

/** How long an attempt may go on after that, in milliseconds. */
const LATE_MS = 3_000;

/** How long the next attempt waits for, from the beginning of one that failed, in milliseconds: at first, and at most. */
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 2_000;
const BACKOFF_FACTOR = 1.6;
const BACKOFF_JITTER = 0.2;

/** How connections are made. */
export interface LineOptions {
  readonly dialer: Dialer;
  /** The name that calls are for. */
  readonly authority: string;
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
  /** Whether one is being made, and calls may wait for it. */
  isHopeful = false;
  /** Why the last one ended, or could not be made. */
  fault = '';
  #attempt = 0;
  #startedAt = 0;
  #backoffMs = FIRST_BACKOFF_MS;
  /** Whether connections are accepted and not completed; until one is. */
  #isLate = false;
  #timer: NodeJS.Timeout | undefined;
  #unready: ClientConnection | undefined;
  /** Connections that are not closed, also such as take no calls any more. */
  readonly #open = new Set<ClientConnection>();

  constructor(
    private readonly address: Address,
    private readonly options: LineOptions,
    private readonly events: LineEvents,
  ) {}

  /** Connects, and whenever that connection has ended again. */
  async connect(): Promise<void> {
    const attempt = ++this.#attempt;
    this.#startedAt = performance.now();
    this.isHopeful = !this.#isLate;
    // In a turn after the timer's: if this process stood still, what has come meanwhile is read before it is late.
    this.#in(PATIENCE_MS, () => setImmediate(() => this.#late(attempt)));
    this.events.changed();
    try {
      const socket = await this.options.dialer.dial(this.address);
      if (attempt === this.#attempt) this.#speak(socket);
      else socket.destroy();
    } catch (error) {
      if (attempt === this.#attempt) this.#failed(String(error));
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
    this.#attempt = NaN;
    clearTimeout(this.#timer);
    this.connection = this.#unready = undefined;
    this.isHopeful = false;
  }

  #speak(socket: Duplex): void {
    const { limits, authority, dialer } = this.options;
    const peer = { authority, scheme: dialer.scheme };
    const connection: ClientConnection = new ClientConnection(socket, limits, peer, {
      ready: () => this.#ready(connection),
      room: () => this.events.room(),
      draining: () => this.#ended(connection, 'the connection takes no more calls'),
      closed: (reason) => {
        this.#open.delete(connection);
        this.#ended(connection, reason);
      },
    });
    this.#open.add(connection);
    this.#unready = connection;
  }

  #ready(connection: ClientConnection): void {
    if (connection !== this.#unready) return;
    clearTimeout(this.#timer);
    this.#unready = undefined;
    this.isHopeful = this.#isLate = false;
    this.#backoffMs = FIRST_BACKOFF_MS;
    this.connection = connection;
    this.events.changed();
  }

  #late(attempt: number): void {
    if (attempt !== this.#attempt || this.connection !== undefined) return;
    this.#isLate = true;
    this.isHopeful = false;
    this.fault = 'the connection is not completed';
    this.#in(LATE_MS, () => this.#failed(this.fault));
    this.events.changed();
  }

  /** A connection takes no further calls. */
  #ended(connection: ClientConnection, reason: string): void {
    if (connection === this.#unready) this.#failed(reason);
    if (connection !== this.connection) return;
    this.connection = undefined;
    this.fault = reason;
    this.isHopeful = true;
    // One that ends as soon as it is made is not made without a pause.
    this.#connectIn(this.#startedAt + FIRST_BACKOFF_MS - performance.now());
    this.events.changed();
  }

  #failed(reason: string): void {
    this.#attempt++;
    const unready = this.#unready;
    this.#unready = undefined;
    unready?.close();
    this.isHopeful = false;
    this.fault = reason;
    const waitMs = this.#startedAt + this.#backoffMs - performance.now();
    const jitter = 1 + BACKOFF_JITTER * (2 * Math.random() - 1);
    this.#backoffMs = Math.min(this.#backoffMs * BACKOFF_FACTOR, LONGEST_BACKOFF_MS);
    this.#connectIn(waitMs * jitter);
    this.events.changed();
  }

  #connectIn(ms: number): void {
    this.#in(Math.max(0, ms), () => void this.connect());
  }

  #in(ms: number, what: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(what, ms).unref();
  }
}
