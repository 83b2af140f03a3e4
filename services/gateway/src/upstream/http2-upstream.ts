import { ClientCalls, idempotentPaths, replicaLoads } from '@gatehouse/grpc';
import { Channel, type CallObserver, type ChannelUse, type Metadata } from '@gatehouse/http2-grpc';
import { KEEPALIVE, type Backend } from './backend.js';
import { Http2ReplyStream } from './http2-reply-stream.js';
import { toServiceError } from './http2-error.js';
import type { Reply, ReplyStream, RequestStreamCall, SingleRequestCall, Upstream } from './upstream.js';
import { upstreamError } from './upstream-error.js';

interface Channels {
  readonly calls: Channel;
  /** A stream that is slow, or whose caller goes, is on none of the connections that calls are on. */
  readonly streams: Channel;
}

/**
 * The services behind frames of HTTP/2 of our own. A unary call that was started is never cancelled: it ends by itself
 * or at its deadline.
 */
export class Http2Upstream implements Upstream {
  readonly #byService = new Map<string, Channels>();
  readonly #channels: readonly Channels[];
  readonly #calls = new ClientCalls();

  /** @param backends which service is where; the channels connect when they are first used */
  constructor(backends: readonly Backend[]) {
    this.#channels = backends.map((backend) => {
      const channels = { calls: this.#open(backend, 'calls'), streams: this.#open(backend, 'streams') };
      for (const { typeName } of backend.services) this.#byService.set(typeName, channels);
      return channels;
    });
  }

  unary(call: SingleRequestCall): Promise<Reply> {
    return this.#channelsOf(call.path)?.calls.unary(call) ?? Promise.reject(noBackend(call.path));
  }

  clientStream(call: RequestStreamCall): Promise<Reply> {
    return this.#channelsOf(call.path)?.streams.clientStream(call) ?? Promise.reject(noBackend(call.path));
  }

  serverStream(call: SingleRequestCall): ReplyStream {
    const channels = this.#channelsOf(call.path);
    if (channels === undefined) throw noBackend(call.path);
    return new Http2ReplyStream(channels.streams.serverStream(call));
  }

  close(): void {
    for (const { calls, streams } of this.#channels) {
      calls.close();
      streams.close();
    }
  }

  #open({ target, dialer, services }: Backend, use: ChannelUse): Channel {
    const idempotent = idempotentPaths(services);
    return new Channel({
      target,
      dialer,
      use,
      loads: replicaLoads,
      limits: { keepalive: { ...KEEPALIVE, withoutCalls: false } },
      isIdempotent: (path) => idempotent.has(path),
      errorOf: (error) => upstreamError(toServiceError(error)),
      observe: (path, metadata) => this.#observe(path, metadata),
    });
  }

  #observe(path: string, metadata: Metadata): CallObserver {
    const call = this.#calls.begin(path);
    const { traceparent } = call;
    const sent = traceparent === undefined ? metadata : { ...metadata, traceparent };
    return { metadata: sent, end: (code) => call.end(code) };
  }

  #channelsOf(path: string): Channels | undefined {
    return this.#byService.get(serviceOf(path));
  }
}

function serviceOf(path: string): string {
  return path.slice(1, path.lastIndexOf('/'));
}

function noBackend(path: string): Error {
  return new Error(`no backend serves ${serviceOf(path)}`);
}
