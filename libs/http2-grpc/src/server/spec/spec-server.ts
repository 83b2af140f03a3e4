import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { CallError } from '../../grpc/call-error.js';
import { NO_METADATA } from '../../grpc/metadata.js';
import { Status } from '../../grpc/status.js';
import { FrameServer } from '../frame-server.js';
import type { ServerLimits } from '../server-connection.js';
import type { ServerStream } from '../server-stream.js';

/** A call that a {@link SpecServer} has. */
export interface SpecCall {
  readonly stream: ServerStream;
  readonly messages: string[];
  isHalfClosed: boolean;
  isCancelled: boolean;
}

/** A server that answers a call with its own message once that is complete, unless told otherwise. */
export class SpecServer {
  readonly calls: SpecCall[] = [];
  /** What is done with a call whose messages are complete. */
  onCall: (call: SpecCall) => void = echo;
  isTaking = true;
  /** What is done about octets that come, and about a request that cannot be read. */
  onArriving: (call: SpecCall, octets: number) => void = () => undefined;
  onFailed: (call: SpecCall, error: CallError) => void = () => undefined;
  readonly frames: FrameServer;
  readonly #listener: Server;

  private constructor(limits: Partial<ServerLimits>) {
    this.frames = new FrameServer((stream) => this.#serve(stream), limits);
    this.#listener = createServer({ noDelay: true }, (socket) => {
      this.frames.accept(socket, `${socket.remoteAddress}:${socket.remotePort}`);
    });
  }

  static async start(limits: Partial<ServerLimits> = {}): Promise<SpecServer> {
    const server = new SpecServer(limits);
    server.#listener.listen(0, '127.0.0.1');
    await once(server.#listener, 'listening');
    return server;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  close(): void {
    this.frames.close();
    this.#listener.close();
  }

  #serve(stream: ServerStream): void {
    const isTaking = () => this.isTaking;
    const call: SpecCall = { stream, messages: [], isHalfClosed: false, isCancelled: false };
    this.calls.push(call);
    stream.listen({
      get isTaking() {
        return isTaking();
      },
      message: (message) => void call.messages.push(message.toString('latin1')),
      halfClose: () => {
        call.isHalfClosed = true;
        this.onCall(call);
      },
      sent: () => undefined,
      cancelled: () => (call.isCancelled = true),
      arriving: (octets) => this.onArriving(call, octets),
      failed: (error) => this.onFailed(call, error),
    });
  }
}

/** Answers a call with its first message. */
export function echo({ stream, messages }: SpecCall): void {
  stream.sendMessage(Buffer.from(messages[0] ?? '', 'latin1'));
  stream.end({ code: Status.OK, details: '', metadata: NO_METADATA });
}
