import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** A stretch of wire that can be cut: it passes bytes on and reads none of them. */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isBroken = false;

  private constructor(
    private readonly target: { readonly host: string; readonly port: number },
    server: Server,
  ) {
    this.#server = server;
    server.on('connection', (socket) => this.#join(socket));
  }

  /** @param address `host:port` of what is behind it */
  static async to(address: string): Promise<TcpProxy> {
    const [host = '', port] = address.split(':');
    const server = createServer({ noDelay: true });
    const proxy = new TcpProxy({ host, port: Number(port) }, server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** `host:port` of this end. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return `127.0.0.1:${address.port}`;
  }

  /** Ends every connection there is; new ones are made as before. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Passes nothing on from now on and tells nobody: the connections are half open, and new ones lead nowhere. */
  break(): void {
    this.#isBroken = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Passes on again. What lay in the buffers arrives late, as it would from a network. */
  heal(): void {
    this.#isBroken = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    const far = connect({ ...this.target, noDelay: true });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('data', (chunk) => {
        if (!other.write(chunk)) socket.pause();
      });
      socket.on('drain', () => void (this.#isBroken || other.resume()));
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      if (this.#isBroken) socket.pause();
    }
  }
}
