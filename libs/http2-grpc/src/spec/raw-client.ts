import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Flag, FrameType, PREFACE } from '../frames/frame.js';
import { HpackDecoder } from '../hpack/hpack-decoder.js';
import { decodeLines } from '../hpack/spec/field-lists.js';
import { cut, data, headers, message, settings, SETTINGS_ACK, type Fields, type Frame } from './wire.js';

/** The headers of a call. */
export const request = (path = '/spec.Service/Get', ...others: Fields): Fields => [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', path],
  [':authority', 'spec'],
  ['te', 'trailers'],
  ['content-type', 'application/grpc'],
  ...others,
];

/** A client that speaks HTTP/2 as well, or as badly, as a spec wants. */
export class RawClient {
  readonly frames: Frame[] = [];
  isClosed = false;
  #rest: Buffer = Buffer.alloc(0);
  readonly #decoder = new HpackDecoder();
  readonly #headers = new Map<number, string[]>();

  private constructor(readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('close', () => (this.isClosed = true));
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /** @param greeting what it begins with: the preface and SETTINGS of nothing unless given */
  static async open(port: number, greeting = Buffer.concat([PREFACE, settings()])): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    socket.write(greeting);
    return new RawClient(socket);
  }

  /** The same octet by octet. */
  static async openSlowly(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    for (const octet of Buffer.concat([PREFACE, settings()])) {
      socket.write(Buffer.from([octet]));
      await delay(1);
    }
    return new RawClient(socket);
  }

  /** The frames of a type that came. */
  of(type: number): Frame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  /** The code of the last GOAWAY that came. */
  get goaway(): number | undefined {
    return this.of(FrameType.GOAWAY).at(-1)?.payload.readUInt32BE(4);
  }

  /** The code that a stream was reset by. */
  resetOf(streamId: number): number | undefined {
    const reset = this.of(FrameType.RST_STREAM).find((frame) => frame.streamId === streamId);
    return reset?.payload.readUInt32BE(0);
  }

  /** All headers and trailers of a stream, as `name: value`. */
  headersOf(streamId: number): readonly string[] {
    return this.#headers.get(streamId) ?? [];
  }

  /** The status that a call ended with. */
  statusOf(streamId: number): string | undefined {
    return this.headersOf(streamId)
      .find((line) => line.startsWith('grpc-status: '))
      ?.slice('grpc-status: '.length);
  }

  send(...frames: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** Makes a call as it should be made. */
  call(streamId: number, body = 'ask', path?: string): void {
    this.send(headers(streamId, request(path)), data(streamId, message(body), Flag.END_STREAM));
  }

  /** Sends the same again and again until the other end hangs up. @returns octets that were sent */
  async flood(make: () => Buffer, most: number): Promise<number> {
    let octets = 0;
    while (!this.isClosed && octets < most) {
      const chunk = make();
      octets += chunk.length;
      if (this.socket.write(chunk)) await delay(0);
      else await Promise.race([once(this.socket, 'drain').catch(() => undefined), delay(100)]);
    }
    return octets;
  }

  close(): void {
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    const { frames, rest } = cut(Buffer.concat([this.#rest, chunk]));
    this.#rest = rest;
    for (const frame of frames) {
      this.frames.push(frame);
      if (frame.type === FrameType.SETTINGS && (frame.flags & Flag.ACK) === 0) this.send(SETTINGS_ACK);
      if (frame.type !== FrameType.HEADERS) continue;
      const lines = decodeLines(this.#decoder, frame.payload);
      this.#headers.set(frame.streamId, [...this.headersOf(frame.streamId), ...lines]);
    }
  }
}
