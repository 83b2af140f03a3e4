import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Counts the client sockets that this process opens, by whatever module, while it is armed. */
export class OutboundTrap implements Disposable {
  #count = 0;
  readonly #listener = (): void => {
    this.#count++;
  };

  constructor() {
    subscribe('net.client.socket', this.#listener);
  }

  get count(): number {
    return this.#count;
  }

  [Symbol.dispose](): void {
    unsubscribe('net.client.socket', this.#listener);
  }
}
