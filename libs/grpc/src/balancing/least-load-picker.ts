import { experimental, type status } from '@grpc/grpc-js';
import { chooseReplica, verdictOf, type ChannelUse, type ReplicaLoad } from '@gatehouse/http2-grpc';

/** A replica that is connected. */
export interface ReadyReplica {
  readonly load: ReplicaLoad;
  /** Picks its connection. */
  readonly picker: experimental.Picker;
}

/** The calls that were given a replica and have not left yet. */
export class Departures {
  #waiting: Attempt[] = [];

  /** A call leaves before the event loop turns, or not at all: another connection is picked, or it has ended. */
  add(attempt: Attempt): void {
    if (this.#waiting.push(attempt) === 1) setImmediate(() => this.#clear());
  }

  #clear(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const attempt of waiting) attempt.drop();
  }
}

/** Sends each call to the replica with the least load. Its state is that of a moment: which replicas are connected. */
export class LeastLoadPicker implements experimental.Picker {
  readonly #replicas: readonly ReadyReplica[];
  readonly #loads: readonly ReplicaLoad[];
  #first: number;

  constructor(
    replicas: readonly ReadyReplica[],
    private readonly use: ChannelUse,
    private readonly departures: Departures,
  ) {
    this.#replicas = replicas;
    this.#loads = replicas.map(({ load }) => load);
    this.#first = Math.floor(Math.random() * replicas.length);
  }

  pick(args: experimental.PickArgs): experimental.PickResult {
    const chosen = chooseReplica(this.#loads, this.use, this.#first, performance.now());
    this.#first = (chosen + 1) % this.#replicas.length;
    const { load, picker } = this.#replicas[chosen] as ReadyReplica;
    const result = picker.pick(args);
    if (result.pickResultType !== experimental.PickResultType.COMPLETE) return result;
    const attempt = new Attempt(load, this.use);
    this.departures.add(attempt);
    return { ...result, onCallStarted: attempt.onCallStarted, onCallEnded: attempt.onCallEnded };
  }
}

/** One call on its way to a replica. It counts from its picking: calls of one moment do not all see the same one free. */
class Attempt {
  #hasLeft = false;
  #counts = true;
  #leftAt = 0;

  constructor(
    private readonly load: ReplicaLoad,
    private readonly use: ChannelUse,
  ) {
    load.begin(use);
  }

  readonly onCallStarted = (): void => {
    this.#hasLeft = true;
    this.#leftAt = performance.now();
    if (this.#counts) return;
    this.#counts = true;
    this.load.begin(this.use);
  };

  readonly onCallEnded = (code: status): void => {
    const durationMs = performance.now() - this.#leftAt;
    this.load.end(this.use, verdictOf(code, durationMs), durationMs);
  };

  /** Counts no more, unless it has left. */
  drop(): void {
    if (this.#hasLeft) return;
    this.#counts = false;
    this.load.revoke(this.use);
  }
}
