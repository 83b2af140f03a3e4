import { connect, type Socket } from 'node:net';

/** Sockets of an attacker, which are cut by the other side sooner or later. */
export class HostileSockets implements Disposable {
  readonly #open = new Map<Socket, number>();
  #longestMs = 0;

  constructor(private readonly port: number) {}

  /** Those that are open. */
  get open(): Iterable<Socket> {
    return this.#open.keys();
  }

  get count(): number {
    return this.#open.size;
  }

  /** How long the one was open that lasted longest, in milliseconds. */
  get longestMs(): number {
    const now = performance.now();
    return Math.max(this.#longestMs, ...[...this.#open.values()].map((since) => now - since));
  }

  /** @param ready called once it is connected */
  connect(ready: (socket: Socket) => void): Socket {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => {
      this.#open.set(socket, performance.now());
      ready(socket);
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      const since = this.#open.get(socket);
      this.#open.delete(socket);
      if (since !== undefined) this.#longestMs = Math.max(this.#longestMs, performance.now() - since);
    });
    return socket;
  }

  /** Connects, sends bytes, reads what comes back and takes the connection down. */
  sendOnce(bytes: string | Buffer): void {
    const socket = this.connect(() => socket.write(bytes));
    socket.resume();
    socket.setTimeout(5_000, () => socket.destroy());
  }

  [Symbol.dispose](): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }
}
