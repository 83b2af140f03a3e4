import { ChannelCredentials, Client, connectivityState } from '@grpc/grpc-js';
import type { DescService } from '@bufbuild/protobuf';
import { clientOptions } from '@gatehouse/grpc';
import type { ChannelUse } from '@gatehouse/http2-grpc';

/** A backend and the services that it serves. */
export interface Backend {
  /** The target as grpc-js takes it. */
  readonly target: string;
  /** How it is reached; in the clear unless given. */
  readonly credentials?: ChannelCredentials;
  readonly services: readonly DescService[];
}

/**
 * Somebody waits for each call: a backend that hangs, or a connection that has died without a word, is found out
 * before the 10 s that a call may take, and the calls after that are refused at once.
 */
const KEEPALIVE = { 'grpc.keepalive_time_ms': 2_000, 'grpc.keepalive_timeout_ms': 5_000 };

/** Several channels to one backend that share no connection and take calls in turn. They connect when first used. */
export class ChannelRing {
  readonly #clients: readonly Client[];
  #turn = 0;

  constructor(
    { target, services, credentials = ChannelCredentials.createInsecure() }: Backend,
    size: number,
    use: ChannelUse,
  ) {
    const options = { ...clientOptions(services, { use }), ...KEEPALIVE };
    this.#clients = Array.from({ length: size }, () => new Client(target, credentials, options));
  }

  /** The next channel, past those that wait to connect again while another one could be asked. */
  next(): Client {
    const waits = (client: Client) =>
      client.getChannel().getConnectivityState(false) === connectivityState.TRANSIENT_FAILURE;
    for (let tries = 0; tries < this.#clients.length; tries++) {
      const client = this.#advance();
      if (!waits(client)) return client;
    }
    return this.#advance();
  }

  #advance(): Client {
    this.#turn = (this.#turn + 1) % this.#clients.length;
    return this.#clients[this.#turn] as Client;
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}
