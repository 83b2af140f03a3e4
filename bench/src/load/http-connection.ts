import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { wholeAnswer } from './http-answer.js';

/**
 * A kept-alive connection that makes one request at a time. An HTTP/1.1 client that does no more than write heads and
 * look for the end of bodies: it must cost less than what it measures.
 */
export class HttpConnection {
  #received: Buffer | undefined;
  #settle: { resolve(status: number): void; reject(error: Error): void } | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly port: number,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#settle?.reject(new Error('the connection was closed')));
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new HttpConnection(socket, port);
  }

  /** A server may close one that rests. */
  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  /** @returns the status, once all of the body is there */
  request(head: string): Promise<number> {
    this.#received = undefined;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      if (!this.isOpen) reject(new Error('the connection was closed'));
      else this.socket.write(head, 'latin1');
    });
  }

  /** Another one in place of this; this one as it is while nobody accepts connections. */
  replaced(): Promise<HttpConnection> {
    this.close();
    return HttpConnection.open(this.port).catch(() => this);
  }

  close(): void {
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    const received = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk]);
    this.#received = received;
    try {
      const answer = wholeAnswer(received);
      if (answer !== undefined) this.#settle?.resolve(answer.status);
    } catch (error) {
      this.#settle?.reject(error as Error);
    }
  }
}
