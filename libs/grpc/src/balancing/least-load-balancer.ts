import { connectivityState, experimental, type ChannelOptions } from '@grpc/grpc-js';
import type { ReplicaLoad } from '@gatehouse/http2-grpc';
import { Departures, LeastLoadPicker } from './least-load-picker.js';
import { LeastLoadConfig } from './least-load-config.js';
import { replicaLoads } from './shared-loads.js';

type StatusOr<T> = experimental.StatusOr<T>;

/** How much the times between two look-ups of a name differ, so that channels do not ask all at once. */
const JITTER = 0.1;

/**
 * How long calls wait for a connection that is being made, in milliseconds. A process that hangs has its connections
 * accepted by its system, and they stay half made: whoever waited for one would wait until its deadline.
 */
const CONNECT_MS = 2_000;

interface Replica {
  readonly leaf: experimental.LeafLoadBalancer;
  readonly load: ReplicaLoad;
  wasReady: boolean;
  /** Since when it is being connected to, on the monotonic clock. */
  connectingAt: number | undefined;
}

/**
 * A load-balancing policy of grpc-js: keeps a connection to every address of a name, looks the name up again and
 * again, and sends each call to the replica with the least load ({@link LeastLoadPicker}). Addresses that stay keep
 * their connections, and all stay while the name cannot be looked up.
 */
export class LeastLoadBalancer implements experimental.LoadBalancer {
  readonly #helper: experimental.ChannelControlHelper;
  readonly #replicaHelper: experimental.ChannelControlHelper;
  readonly #replicas = new Map<string, Replica>();
  readonly #departures = new Departures();
  #config = new LeastLoadConfig();
  #state = connectivityState.IDLE;
  #isChanging = false;
  #lastError = '';
  #timer: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;

  constructor(helper: experimental.ChannelControlHelper) {
    this.#helper = helper;
    this.#replicaHelper = experimental.createChildChannelControlHelper(helper, {
      updateState: (state, _picker, error) => {
        // Whoever ends a connection may be gone for good, and another one in its place.
        if (this.#state === connectivityState.READY && state !== connectivityState.READY)
          helper.requestReresolution();
        if (error) this.#lastError = error;
        this.#update();
      },
    });
  }

  updateAddressList(
    endpoints: StatusOr<experimental.Endpoint[]>,
    config: experimental.TypedLoadBalancingConfig,
    options: ChannelOptions,
    note: string,
  ): boolean {
    if (!(config instanceof LeastLoadConfig)) return false;
    this.#config = config;
    this.#lookUpLater();
    const found = endpoints.ok ? endpoints.value : [];
    if (found.length > 0) this.#follow(found, options, note);
    else if (this.#replicas.size === 0)
      this.#refuse(endpoints.ok ? 'the name has no address' : endpoints.error.details);
    // A name that was looked up and has no address is looked up again soon.
    return !endpoints.ok || found.length > 0;
  }

  /** Nothing to do: a replica without a connection connects by itself. */
  exitIdle(): void {}

  /** Nothing to do: the replicas wait, each for itself. */
  resetBackoff(): void {}

  destroy(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#patience);
    for (const key of [...this.#replicas.keys()]) this.#remove(key);
  }

  getTypeName(): string {
    return LeastLoadConfig.policy;
  }

  #follow(endpoints: readonly experimental.Endpoint[], options: ChannelOptions, note: string): void {
    const current = new Map(endpoints.map((endpoint) => [experimental.endpointToString(endpoint), endpoint]));
    this.#isChanging = true;
    for (const [key, endpoint] of current) {
      if (this.#replicas.has(key)) continue;
      const leaf = new experimental.LeafLoadBalancer(endpoint, this.#replicaHelper, options, note);
      this.#replicas.set(key, {
        leaf,
        load: replicaLoads.hold(key),
        wasReady: false,
        connectingAt: undefined,
      });
      leaf.startConnecting();
    }
    const gone = [...this.#replicas.keys()].filter((key) => !current.has(key));
    const leaves = gone.map((key) => this.#forget(key));
    this.#isChanging = false;
    this.#update();
    // Once no call is sent there any more. What is under way on the connection goes on to its end.
    for (const leaf of leaves) leaf?.destroy();
  }

  #remove(key: string): void {
    this.#forget(key)?.destroy();
  }

  #forget(key: string): experimental.LeafLoadBalancer | undefined {
    const leaf = this.#replicas.get(key)?.leaf;
    if (this.#replicas.delete(key)) replicaLoads.release(key);
    return leaf;
  }

  #update(): void {
    if (this.#isChanging) return;
    const ready: Replica[] = [];
    let isHopeful = false;
    let isHopeless = false;
    for (const replica of this.#replicas.values()) {
      const state = replica.leaf.getConnectivityState();
      const isReady = state === connectivityState.READY;
      if (state !== connectivityState.CONNECTING) replica.connectingAt = undefined;
      else replica.connectingAt ??= performance.now();
      const waitedMs = performance.now() - (replica.connectingAt ?? Infinity);
      isHopeful ||= replica.connectingAt !== undefined && waitedMs < CONNECT_MS;
      isHopeless ||= state === connectivityState.TRANSIENT_FAILURE || waitedMs >= CONNECT_MS;
      if (isReady) ready.push(replica);
      if (isReady && !replica.wasReady) replica.load.reconnected();
      replica.wasReady = isReady;
    }
    if (isHopeful) this.#updateLater();
    if (ready.length > 0) this.#serve(ready);
    else if (isHopeless && !isHopeful)
      this.#refuse(`no replica can be reached: ${this.#lastError || 'connections are not completed'}`);
    else this.#report(connectivityState.CONNECTING, new experimental.QueuePicker(this));
    for (const { leaf } of this.#replicas.values())
      if (leaf.getConnectivityState() === connectivityState.IDLE) leaf.exitIdle();
  }

  #serve(ready: readonly Replica[]): void {
    const replicas = ready.map(({ leaf, load }) => ({ load, picker: leaf.getPicker() }));
    const picker = new LeastLoadPicker(replicas, this.#config.use, this.#departures);
    this.#report(connectivityState.READY, picker);
  }

  #refuse(details: string): void {
    this.#report(
      connectivityState.TRANSIENT_FAILURE,
      new experimental.UnavailablePicker({ details }),
      details,
    );
  }

  #report(state: connectivityState, picker: experimental.Picker, error: string | null = null): void {
    this.#state = state;
    this.#helper.updateState(state, picker, error);
  }

  #updateLater(): void {
    clearTimeout(this.#patience);
    // Timers may be a moment early.
    this.#patience = setTimeout(() => this.#update(), CONNECT_MS + 10).unref();
  }

  #lookUpLater(): void {
    clearTimeout(this.#timer);
    const ms = this.#config.lookUpEveryMs * (1 + JITTER * (2 * Math.random() - 1));
    this.#timer = setTimeout(() => {
      this.#helper.requestReresolution();
      this.#lookUpLater();
    }, ms).unref();
  }
}
