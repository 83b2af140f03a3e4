import { chooseReplica } from '../balancing/choose-replica.js';
import type { ChannelUse, ReplicaLoad } from '../balancing/replica-load.js';
import type { ReplicaLoads } from '../balancing/replica-loads.js';
import type { ClientConnection } from './client-connection.js';
import { addressText, type Address } from './dial.js';
import type { LineOptions } from './line.js';
import { Replica } from './replica.js';

export interface ReplicasOptions extends LineOptions {
  readonly use: ChannelUse;
  readonly loads: ReplicaLoads;
  /** Connections to each replica. */
  readonly connections: number;
}

export interface ReplicasEvents {
  /** Calls that wait can be made now, or not at all. */
  changed(): void;
  /** A replica that could be called cannot any more. */
  lost(): void;
}

/** Where a call goes. */
export interface Way {
  readonly connection: ClientConnection;
  readonly load: ReplicaLoad;
}

/** The replicas of a service, as far as they are known, and the choice among them (ADR 0022). */
export class Replicas {
  readonly #all = new Map<string, Replica>();
  #ready: readonly Replica[] = [];
  #loads: readonly ReplicaLoad[] = [];
  #first = 0;

  constructor(
    private readonly options: ReplicasOptions,
    private readonly events: ReplicasEvents,
  ) {}

  /** Follows the addresses that there are now. Those that stay keep their connections. */
  follow(addresses: readonly Address[]): void {
    const current = new Map(addresses.map((address) => [addressText(address), address]));
    const { loads, connections } = this.options;
    for (const [key, address] of current) {
      if (this.#all.has(key)) continue;
      const events = { changed: () => this.#look(), room: () => this.events.changed() };
      const replica = new Replica(address, loads.hold(key), connections, this.options, events);
      this.#all.set(key, replica);
      replica.connect();
    }
    for (const [key, replica] of this.#all) {
      if (current.has(key)) continue;
      this.#forget(key);
      replica.retire();
    }
    this.#look();
  }

  /** The way to the replica with the least load that has room; undefined for none. */
  next(): Way | undefined {
    const ready = this.#ready;
    if (ready.length === 0) return undefined;
    const chosen = chooseReplica(this.#loads, this.options.use, this.#first, performance.now());
    this.#first = (chosen + 1) % ready.length;
    for (let step = 0; step < ready.length; step++) {
      const replica = ready[(chosen + step) % ready.length] as Replica;
      const connection = replica.next();
      if (connection) return { connection, load: replica.load };
    }
    return undefined;
  }

  /** Whether it is of use to wait for a way. */
  get isHopeful(): boolean {
    return this.#ready.length > 0 || [...this.#all.values()].some(({ isHopeful }) => isHopeful);
  }

  /** Why there is none. */
  get fault(): string {
    const faults = [...this.#all.values()].map(({ fault }) => fault);
    return faults.find((fault) => fault !== '') ?? 'there is none';
  }

  close(): void {
    for (const [key, replica] of this.#all) {
      this.#forget(key);
      replica.close();
    }
    this.#ready = this.#loads = [];
  }

  #forget(key: string): void {
    if (this.#all.delete(key)) this.options.loads.release(key);
  }

  #look(): void {
    const before = this.#ready.length;
    this.#ready = [...this.#all.values()].filter((replica) => replica.look());
    this.#loads = this.#ready.map(({ load }) => load);
    if (this.#ready.length < before) this.events.lost();
    this.events.changed();
  }
}
