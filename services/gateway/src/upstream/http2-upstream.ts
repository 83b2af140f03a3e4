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

  async unary(call: SingleRequestCall): Promise<Reply> {
    return this.#channelsOf(call.path).calls.unary(call);
  }

  async clientStream(call: RequestStreamCall): Promise<Reply> {
    return this.#channelsOf(call.path).streams.clientStream(call);
  }

  serverStream(call: SingleRequestCall): ReplyStream {
    return new Http2ReplyStream(this.#channelsOf(call.path).streams.serverStream(call));
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

  #channelsOf(path: string): Channels {
    const service = path.slice(1, path.lastIndexOf('/'));
    const channels = this.#byService.get(service);
    if (!channels) throw new Error(`no backend serves ${service}`);
    return channels;
  }
}
