import { ChannelCredentials, Client, connectivityState } from '@grpc/grpc-js';
import { clientOptions } from '@gatehouse/grpc';
import type { ChannelUse } from '@gatehouse/http2-grpc';
import { KEEPALIVE, type Backend } from './backend.js';

const KEEPALIVE_OPTIONS = {
  'grpc.keepalive_time_ms': KEEPALIVE.timeMs,
  'grpc.keepalive_timeout_ms': KEEPALIVE.timeoutMs,
};

/** Several channels to one backend that share no connection and take calls in turn. They connect when first used. */
export class ChannelRing {
  readonly #clients: readonly Client[];
  #turn = 0;

  constructor(
    { target, services, credentials = ChannelCredentials.createInsecure() }: Backend,
    size: number,
    use: ChannelUse,
  ) {
    const options = { ...clientOptions(services, { use }), ...KEEPALIVE_OPTIONS };
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
