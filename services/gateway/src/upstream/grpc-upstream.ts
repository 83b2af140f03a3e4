import { status, type ServiceError } from '@grpc/grpc-js';
import { ClientCalls } from '@gatehouse/grpc';
import type { Backend } from './backend.js';
import { ChannelRing } from './channel-ring.js';
import { fromGrpcMetadata, toGrpcMetadata } from './grpc-metadata.js';
import { GrpcReplyStream } from './grpc-reply-stream.js';
import { sendRequests } from './send-requests.js';
import { upstreamError } from './upstream-error.js';
import type {
  Reply,
  ReplyMetadata,
  ReplyStream,
  RequestStreamCall,
  SingleRequestCall,
  Upstream,
  UpstreamCall,
} from './upstream.js';

/**
 * Channels per backend. A connection that ends takes its calls in flight with it, so the calls of one moment are
 * spread over several.
 */
const CHANNELS = 4;

/**
 * Channels for streams. A caller that goes away ends its stream, and a burst of cancelled calls ends the
 * connection for every other call on it: streams have connections of their own.
 */
const STREAM_CHANNELS = 2;

/** Messages pass through: the gateway holds them in wire format already. */
const asIs = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

interface Rings {
  readonly unary: ChannelRing;
  readonly streams: ChannelRing;
}

/** The services behind grpc-js. A unary call that was started is never cancelled: it ends by itself or at its deadline. */
export class GrpcUpstream implements Upstream {
  readonly #byService = new Map<string, Rings>();
  readonly #rings: readonly Rings[];
  readonly #calls = new ClientCalls();

  /** @param backends which service is where; the channels connect when they are first used */
  constructor(backends: readonly Backend[]) {
    this.#rings = backends.map((backend) => {
      const rings = {
        unary: new ChannelRing(backend, CHANNELS, 'calls'),
        streams: new ChannelRing(backend, STREAM_CHANNELS, 'streams'),
      };
      for (const { typeName } of backend.services) this.#byService.set(typeName, rings);
      return rings;
    });
  }

  async unary({ path, request, metadata, deadline }: SingleRequestCall): Promise<Reply> {
    const client = this.#ringsOf(path).unary.next();
    const { sent, end } = this.#begin(path, metadata);
    return new Promise((resolve, reject) => {
      const answer = replyTo(resolve, reject, end);
      client
        .makeUnaryRequest(path, asIs, asIs, request, sent, { deadline: ofDay(deadline) }, answer.finish)
        .once('metadata', answer.head);
    });
  }

  async clientStream({ path, requests, metadata, deadline }: RequestStreamCall): Promise<Reply> {
    const client = this.#ringsOf(path).streams.next();
    const { sent, end } = this.#begin(path, metadata);
    return new Promise((resolve, reject) => {
      const answer = replyTo(resolve, reject, end);
      const call = client.makeClientStreamRequest(
        path,
        asIs,
        asIs,
        sent,
        { deadline: ofDay(deadline) },
        answer.finish,
      );
      call.once('metadata', answer.head);
      sendRequests(call, requests).catch((error: unknown) => {
        reject(error);
        call.cancel();
      });
    });
  }

  serverStream({ path, request, metadata, deadline }: SingleRequestCall): ReplyStream {
    const client = this.#ringsOf(path).streams.next();
    const { sent, end } = this.#begin(path, metadata);
    const call = client.makeServerStreamRequest(path, asIs, asIs, request, sent, {
      deadline: ofDay(deadline),
    });
    call.once('status', ({ code }) => end(code));
    return new GrpcReplyStream(call);
  }

  close(): void {
    for (const { unary, streams } of this.#rings) {
      unary.close();
      streams.close();
    }
  }

  #begin(path: string, metadata: UpstreamCall['metadata']) {
    const sent = toGrpcMetadata(metadata);
    const call = this.#calls.begin(path);
    if (call.traceparent !== undefined) sent.set('traceparent', call.traceparent);
    return { sent, end: (code: status) => call.end(code) };
  }

  #ringsOf(path: string): Rings {
    const service = path.slice(1, path.lastIndexOf('/'));
    const rings = this.#byService.get(service);
    if (!rings) throw new Error(`no backend serves ${service}`);
    return rings;
  }
}

/** A deadline as grpc-js has it: by the time of day. */
function ofDay(deadline: number): number {
  return Date.now() + deadline - performance.now();
}

function replyTo(
  resolve: (reply: Reply) => void,
  reject: (error: unknown) => void,
  end: (code: status) => void,
) {
  let metadata: ReplyMetadata = new Map();
  return {
    head: (received: Parameters<typeof fromGrpcMetadata>[0]) => {
      metadata = fromGrpcMetadata(received);
    },
    finish: (error: ServiceError | null, message?: Buffer) => {
      end(error?.code ?? status.OK);
      if (error) reject(upstreamError(error));
      else resolve({ message: message ?? new Uint8Array(), metadata });
    },
  };
}
