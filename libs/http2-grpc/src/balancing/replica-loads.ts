import { ReplicaLoad } from './replica-load.js';

interface Shared {
  readonly load: ReplicaLoad;
  holders: number;
}

/** What is known of replicas by their address, as long as a channel goes there: what one learns, all know. */
export class ReplicaLoads {
  readonly #byAddress = new Map<string, Shared>();

  /** @param longestCallMs what lasts longer was no call but a stream, in milliseconds */
  constructor(private readonly longestCallMs: number) {}

  /** Each call of it wants a {@link ReplicaLoads.release}. */
  hold(address: string): ReplicaLoad {
    const shared = this.#byAddress.get(address) ?? { load: new ReplicaLoad(this.longestCallMs), holders: 0 };
    this.#byAddress.set(address, shared);
    shared.holders++;
    return shared.load;
  }

  release(address: string): void {
    const shared = this.#byAddress.get(address);
    if (shared && --shared.holders === 0) this.#byAddress.delete(address);
  }
}
