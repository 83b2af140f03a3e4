import { Client, ChannelCredentials, Metadata } from '@grpc/grpc-js';
import type { DescService } from '@bufbuild/protobuf';
import { clientOptions } from '@gatehouse/grpc';
import { upstreamError } from './upstream-error.js';
import type { Upstream, UpstreamCall } from './upstream.js';

/** A backend and the services that it serves. */
export interface Backend {
  /** The target as grpc-js takes it. */
  readonly target: string;
  readonly services: readonly DescService[];
}

/**
 * Channels per backend. A connection that ends takes its calls in flight with it (a burst of cancelled calls is
 * enough), so the calls of one moment are spread over several.
 */
const CHANNELS = 4;

/** Messages pass through: the gateway holds them in wire format already. */
const asIs = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The services behind grpc-js. A call that was started is never cancelled: it ends by itself or at its deadline. */
export class GrpcUpstream implements Upstream {
  readonly #channels = new Map<string, ChannelRing>();
  readonly #rings: readonly ChannelRing[];

  /** @param backends which service is where; the channels connect when they are first used */
  constructor(backends: readonly Backend[], credentials = ChannelCredentials.createInsecure()) {
    this.#rings = backends.map((backend) => {
      const ring = new ChannelRing(backend, credentials);
      for (const { typeName } of backend.services) this.#channels.set(typeName, ring);
      return ring;
    });
  }

  unary({ path, request, metadata, deadline }: UpstreamCall): Promise<Uint8Array> {
    const service = path.slice(1, path.lastIndexOf('/'));
    const ring = this.#channels.get(service);
    if (!ring) return Promise.reject(new Error(`no backend serves ${service}`));
    const headers = new Metadata();
    for (const [key, value] of Object.entries(metadata)) headers.set(key, value);
    return new Promise((resolve, reject) => {
      ring.next().makeUnaryRequest(path, asIs, asIs, request, headers, { deadline }, (error, reply) => {
        if (error) reject(upstreamError(error));
        else resolve(reply ?? new Uint8Array());
      });
    });
  }

  close(): void {
    for (const ring of this.#rings) ring.close();
  }
}

class ChannelRing {
  readonly #clients: readonly Client[];
  #turn = 0;

  constructor({ target, services }: Backend, credentials: ChannelCredentials) {
    const options = clientOptions(services);
    this.#clients = Array.from({ length: CHANNELS }, () => new Client(target, credentials, options));
  }

  next(): Client {
    this.#turn = (this.#turn + 1) % this.#clients.length;
    return this.#clients[this.#turn] as Client;
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}
