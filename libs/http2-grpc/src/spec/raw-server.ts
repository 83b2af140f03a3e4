import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Flag, FrameType, PREFACE } from '../frames/frame.js';
import { cut, data, headers, message, settings, SETTINGS_ACK, type Fields, type Frame } from './wire.js';

export const REPLY: Fields = [
  [':status', '200'],
  ['content-type', 'application/grpc'],
];

export const OK: Fields = [['grpc-status', '0']];

/** One connection of a {@link RawServer}: what came on it, and a hand on what goes. */
export class RawConnection {
  readonly frames: Frame[] = [];
  isClosed = false;
  #rest: Buffer = Buffer.alloc(0);
  #hasPreface = false;

  constructor(
    readonly socket: Socket,
    private readonly onRequest: (connection: RawConnection, streamId: number) => void,
  ) {
    socket.on('error', () => undefined);
    socket.on('close', () => (this.isClosed = true));
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /** The frames of a type that came. */
  of(type: number): Frame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  /** The code of the GOAWAY that came. */
  get goaway(): number | undefined {
    return this.of(FrameType.GOAWAY).at(0)?.payload.readUInt32BE(4);
  }

  send(...frames: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** Answers a call as it should be. */
  answer(streamId: number, body = ''): void {
    this.send(
      headers(streamId, REPLY),
      data(streamId, message(body)),
      headers(streamId, OK, Flag.END_STREAM),
    );
  }

  /** Sends the same again and again until the other end hangs up. @returns octets that were sent */
  async flood(make: () => Buffer, most: number): Promise<number> {
    let octets = 0;
    while (!this.isClosed && octets < most) {
      const chunk = make();
      octets += chunk.length;
      if (!this.socket.write(chunk))
        await Promise.race([once(this.socket, 'drain').catch(() => undefined), delay(100)]);
      else await delay(0);
    }
    return octets;
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (!this.#hasPreface) {
      if (this.#rest.length < PREFACE.length) return;
      this.#hasPreface = true;
      this.#rest = this.#rest.subarray(PREFACE.length);
    }
    const { frames, rest } = cut(this.#rest);
    this.#rest = rest;
    for (const frame of frames) {
      this.frames.push(frame);
      if (frame.type === FrameType.SETTINGS && (frame.flags & Flag.ACK) === 0) this.send(SETTINGS_ACK);
      if (frame.type === FrameType.HEADERS) this.onRequest(this, frame.streamId);
    }
  }
}

/** What a {@link RawServer} does. */
export interface RawServerOptions {
  /** The first frames of a connection; SETTINGS of nothing unless given. */
  readonly greeting?: Buffer;
  /** What it does with a call: answers it unless given. */
  readonly onRequest?: (connection: RawConnection, streamId: number) => void;
}

/** A server that speaks HTTP/2 as well, or as badly, as a spec wants. */
export class RawServer {
  readonly connections: RawConnection[] = [];
  greeting: Buffer;
  onRequest: (connection: RawConnection, streamId: number) => void;
  #server: Server;

  private constructor({ greeting, onRequest }: RawServerOptions) {
    this.greeting = greeting ?? settings();
    this.onRequest = onRequest ?? ((connection, streamId) => connection.answer(streamId));
    this.#server = createServer((socket) => {
      const serve = (from: RawConnection, streamId: number) => this.onRequest(from, streamId);
      const connection = new RawConnection(socket, serve);
      this.connections.push(connection);
      connection.send(this.greeting);
    });
  }

  static async start(options: RawServerOptions = {}): Promise<RawServer> {
    const server = new RawServer(options);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get target(): string {
    return `ipv4:127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const { socket } of this.connections) socket.destroy();
    this.#server.close();
  }
}
