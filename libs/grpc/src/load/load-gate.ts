import { metrics, type ObservableCallback } from '@opentelemetry/api';
import type { Logger } from '@gatehouse/telemetry';
import { EventLoopWatch } from './event-loop-watch.js';
import { Saturation } from './saturation.js';

/** Why a request is not taken. */
export type ShedCause = 'in_flight' | 'event_loop';

/** How much a process takes on. */
export interface LoadLimits {
  /** The most requests in work at once. */
  readonly maxInFlight: number;
  /** How long the event loop may be behind, in milliseconds. */
  readonly maxLoopBehindMs: number;
}

/** What a process takes on unless it is told otherwise. */
export const defaultLoadLimits: LoadLimits = { maxInFlight: 256, maxLoopBehindMs: 1_000 };

/** What is left of the places when only essential requests are taken. */
const RESERVE = 0.2;

/** The share of the places that essential requests may have: as little may sign-ins keep everyone else out. */
const ESSENTIAL_SHARE = 0.5;

/** The share of the places that all others have even while the event loop has no pauses. */
const LEAST_SHARE = 0.2;

/** The share of the places that have to be taken for the load to be why the event loop is behind. */
const BUSY = 1 / 8;

/** How often the log says how much was refused, in milliseconds. */
const TELL_EVERY_MS = 1_000;

/**
 * Decides whether a process takes on another request. Requests that are too many are refused before any work is done
 * for them, so that those that were taken end in time: work that nobody waits for any more is what an overload feeds
 * on. It looks at the present and at the last second, so that it is over when the load is.
 *
 * Essential requests, such as sign-ins, have places that nobody else gets, and are taken while the event loop is
 * behind; they in turn leave places to all others.
 */
export class LoadGate {
  readonly #loop: Pick<EventLoopWatch, 'isBehind' | 'close'>;
  readonly #maxInFlight: number;
  readonly #maxCommon: number;
  readonly #maxEssential: number;
  readonly #busy: number;
  readonly #saturation: Pick<Saturation, 'places' | 'countAnswered' | 'close'>;
  readonly #log: Pick<Logger, 'warn'>;
  /** How many were refused, by cause. An alert sees a first refusal only as a change from none. */
  readonly #shed: Record<ShedCause, number> = { in_flight: 0, event_loop: 0 };
  readonly #stopObserving: () => void;
  #common = 0;
  #essential = 0;
  #untold = 0;
  #telling: NodeJS.Timeout | undefined;

  constructor(
    { maxInFlight, maxLoopBehindMs }: LoadLimits,
    log: Pick<Logger, 'warn'>,
    loop: Pick<EventLoopWatch, 'isBehind' | 'close'> = new EventLoopWatch(maxLoopBehindMs),
    saturation?: Pick<Saturation, 'places' | 'countAnswered' | 'close'>,
  ) {
    this.#loop = loop;
    this.#log = log;
    this.#maxInFlight = maxInFlight;
    this.#maxCommon = Math.max(1, Math.floor(maxInFlight * (1 - RESERVE)));
    this.#maxEssential = Math.max(1, Math.floor(maxInFlight * ESSENTIAL_SHARE));
    this.#busy = Math.max(1, Math.floor(maxInFlight * BUSY));
    this.#saturation = saturation ?? new Saturation(Math.max(1, Math.floor(maxInFlight * LEAST_SHARE)));
    const meter = metrics.getMeter('@gatehouse/grpc');
    const shed = meter.createObservableCounter('gatehouse.load.shed', {
      description: 'Requests that were refused before any work was done for them',
      unit: '{request}',
    });
    const gauge = meter.createObservableGauge('gatehouse.load.in_flight', {
      description: 'Requests in work',
      unit: '{request}',
    });
    const observeShed: ObservableCallback = (result) => {
      for (const [reason, count] of Object.entries(this.#shed)) result.observe(count, { reason });
    };
    const observeInFlight: ObservableCallback = (result) => result.observe(this.inFlight);
    shed.addCallback(observeShed);
    gauge.addCallback(observeInFlight);
    this.#stopObserving = () => {
      shed.removeCallback(observeShed);
      gauge.removeCallback(observeInFlight);
    };
  }

  /** Requests in work. */
  get inFlight(): number {
    return this.#common + this.#essential;
  }

  /** Why a request is refused that comes now; undefined when it is taken. */
  refusal(isEssential: boolean): ShedCause | undefined {
    const all = this.inFlight;
    if (isEssential) {
      return all >= this.#maxInFlight || this.#essential >= this.#maxEssential ? 'in_flight' : undefined;
    }
    if (all >= this.#maxCommon || this.#common >= this.#saturation.places) return 'in_flight';
    return all >= this.#busy && this.#loop.isBehind ? 'event_loop' : undefined;
  }

  /** Counts a request that is refused. The log has one line a second of them. */
  countShed(cause: ShedCause): void {
    this.#shed[cause]++;
    this.#untold++;
    this.#telling ??= setTimeout(() => this.#tell(), TELL_EVERY_MS).unref();
  }

  /** Called when work on a request begins. */
  enter(isEssential: boolean): void {
    if (isEssential) this.#essential++;
    else this.#common++;
  }

  /** Called when work on a request that has entered is over. */
  leave(isEssential: boolean): void {
    if (isEssential) {
      this.#essential--;
    } else {
      this.#common--;
      this.#saturation.countAnswered();
    }
  }

  close(): void {
    this.#stopObserving();
    this.#loop.close();
    this.#saturation.close();
    clearTimeout(this.#telling);
    if (this.#untold > 0) this.#tell();
  }

  #tell(): void {
    this.#log.warn({ shed: this.#untold, in_flight: this.inFlight }, 'overloaded');
    this.#untold = 0;
    this.#telling = undefined;
  }
}
