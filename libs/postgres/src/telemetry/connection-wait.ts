import { trace, type Attributes, type Span, type Tracer } from '@opentelemetry/api';
import type { DurationSeries } from '@gatehouse/telemetry';

/** What a {@link ConnectionWait} is told by. */
export interface WaitInstruments {
  readonly tracer: Tracer;
  /** Of the pool. */
  readonly time: DurationSeries;
  readonly attributes: Attributes;
}

/** The time from asking for a connection to having one, or to nobody wanting it any more. */
export class ConnectionWait {
  readonly #startedAt = performance.now();
  #span: Span | undefined;

  constructor(private readonly instruments: WaitInstruments) {}

  /** None was free: worth a span. Called where the caller's context is active. */
  lasts(): void {
    const { tracer, attributes } = this.instruments;
    if (trace.getActiveSpan()?.isRecording())
      this.#span = tracer.startSpan('wait for a connection', { attributes });
  }

  end(): void {
    this.instruments.time.record((performance.now() - this.#startedAt) / 1_000);
    this.#span?.end();
  }
}
