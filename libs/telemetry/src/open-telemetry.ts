import { randomUUID } from 'node:crypto';
import type { Logger } from './logger.js';
import { reportFaults } from './report-faults.js';
import type { TraceOptions } from './traces.js';

/** What a process tells of itself, and to whom. */
export interface TelemetryOptions {
  /** The service's name. */
  readonly service: string;
  /** The version that runs. */
  readonly version: string;
  /** Where traces go; there are none unless given. */
  readonly traces?: TraceOptions | undefined;
  /** Told when traces cannot be delivered, at most once a minute. */
  readonly log: Pick<Logger, 'warn'>;
}

/** The telemetry of a process, which is open. */
export interface Telemetry {
  /** Delivers what is left, for at most 2 s, and tells nothing from then on. Never rejects, and is safe to call twice. */
  shutdown(): Promise<void>;
}

/** How long a process that ends waits for its last spans to be delivered, in milliseconds. */
const LAST_FLUSH_MS = 2_000;

/**
 * Opens the telemetry of this process: metrics, to be read by `readMetrics`, and traces where they are wanted. To be
 * called once, before the service is started: instruments that are asked for earlier measure nothing. Nothing that
 * happens to a collector reaches those who are served; spans that cannot be delivered are dropped.
 *
 * Names follow the semantic conventions of OpenTelemetry where there is one.
 */
export async function openTelemetry({ service, version, traces, log }: TelemetryOptions): Promise<Telemetry> {
  const withdrawFaults = reportFaults(log);
  const described = {
    'service.name': service,
    'service.version': version,
    'service.instance.id': randomUUID(),
  };
  // Loaded here, by those who run a service: a command that only logs would wait for them longer than it works.
  const [{ openMetrics }, tracing] = await Promise.all([
    import('./metrics.js'),
    traces && import('./traces.js'),
  ]);
  const endMetrics = openMetrics(described);
  const endTraces = traces && tracing?.openTraces(described, traces);
  const end = async () => {
    await within(LAST_FLUSH_MS, Promise.all([endTraces?.(), endMetrics()]));
    withdrawFaults();
  };
  let ended: Promise<void> | undefined;
  return { shutdown: () => (ended ??= end()) };
}

/** Waits for work that may fail or hang, and does not care. */
async function within(boundMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => (timer = setTimeout(resolve, boundMs)));
  await Promise.race([work.catch(() => undefined), bound]);
  clearTimeout(timer);
}
