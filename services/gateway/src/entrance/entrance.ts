import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Where a replica accepts connections. */
export interface Replica {
  readonly host: string;
  readonly port: number;
}

/** How long a replica may take to accept a connection, in milliseconds. */
const CONNECT_TIMEOUT_MS = 1_000;

/** How long a caller may wait for a replica that accepts it, in milliseconds. */
const PATIENCE_MS = 5_000;

/** Between two looks for one, in milliseconds. */
const PAUSE_MS = 50;

/**
 * One address for all gateways, where nothing else balances: a container engine can give a port of its machine to
 * one container only. It passes connections on and reads nothing of what they carry. Each goes to the next replica
 * in turn, and past those that do not accept it; they are looked up for every connection, so that replicas may come
 * and go. While none accepts, or their name does not resolve for the moment, it waits.
 */
export class Entrance {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #turn = 0;

  /** @param replicas where they are at the moment; a failure counts as none */
  constructor(
    private readonly replicas: () => Promise<readonly Replica[]>,
    private readonly patienceMs = PATIENCE_MS,
  ) {
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (caller) => {
      this.#keep(caller);
      void this.#admit(caller);
    });
  }

  /** @returns the port that it listens on */
  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Whether a replica accepts connections. */
  async isOpen(): Promise<boolean> {
    const replica = await this.#reach();
    replica?.destroy();
    return replica !== undefined;
  }

  /** Accepts no more connections, and cuts those that are left after the bound. */
  async stop(boundMs: number): Promise<void> {
    if (!this.#server.listening) return;
    const cut = setTimeout(() => this.#open.forEach((socket) => socket.destroy()), boundMs);
    await new Promise((resolve) => this.#server.close(resolve));
    clearTimeout(cut);
  }

  async #admit(caller: Socket): Promise<void> {
    const end = performance.now() + this.patienceMs;
    let replica = await this.#reach();
    while (!replica && !caller.destroyed && performance.now() < end) {
      await delay(PAUSE_MS);
      replica = await this.#reach();
    }
    if (!replica) return void caller.destroy();
    if (caller.destroyed) return void replica.destroy();
    this.#keep(replica);
    caller.once('close', () => replica.destroy());
    replica.once('close', () => caller.destroy());
    caller.pipe(replica);
    replica.pipe(caller);
  }

  /** A connection to the next replica that accepts one. */
  async #reach(): Promise<Socket | undefined> {
    const replicas = await this.replicas().catch((): readonly Replica[] => []);
    const first = replicas.length === 0 ? 0 : this.#turn++ % replicas.length;
    for (const replica of [...replicas.slice(first), ...replicas.slice(0, first)]) {
      const socket = await dial(replica);
      if (socket) return socket;
    }
    return undefined;
  }

  /** A connection that breaks is the end of it and of nothing else. */
  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#open.delete(socket));
  }
}

function dial(replica: Replica): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ ...replica, allowHalfOpen: true, noDelay: true });
    const timer = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS);
    const refuse = () => resolve(undefined);
    socket.once('error', () => undefined);
    socket.once('close', refuse);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('close', refuse);
      resolve(socket);
    });
  });
}
