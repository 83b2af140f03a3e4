import { connect, type Socket } from 'node:net';

/** Called with the status of the answer, 0 when there was none, and the reason of a problem. */
type Answered = (status: number, reason: string) => void;

/**
 * A kept-alive connection of HTTP/1.1 that reads of an answer what it must, its status and where it ends: a client that
 * understands more would be busy before what it calls is.
 */
export class HttpConnection {
  #socket: Socket | undefined;
  #answered: Answered | undefined;
  #text = '';

  constructor(private readonly port: number) {}

  get isBusy(): boolean {
    return this.#answered !== undefined;
  }

  send(request: string, answered: Answered): void {
    this.#answered = answered;
    this.#socket ??= this.#open();
    this.#socket.write(request, 'latin1');
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Socket {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    socket.on('data', (chunk: Buffer) => this.#read(chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#finish(0, '');
    });
    return socket;
  }

  #read(chunk: string): void {
    this.#text += chunk;
    const head = this.#text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#text)?.[1] ?? 0);
    if (this.#text.length < head + 4 + length) return;
    const status = Number(this.#text.slice(9, 12));
    if (/\r\nconnection: close/i.test(this.#text)) {
      this.#socket?.destroy();
      this.#socket = undefined;
    }
    const reason = status === 200 ? '' : (/"reason":"(\w+)"/.exec(this.#text)?.[1] ?? '');
    this.#finish(status, reason);
  }

  #finish(status: number, reason: string): void {
    const answered = this.#answered;
    this.#answered = undefined;
    this.#text = '';
    answered?.(status, reason);
  }
}
