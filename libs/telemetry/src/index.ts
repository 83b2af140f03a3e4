export { durations, durationsProducer, type Durations, type DurationSeries } from './durations.js';
export { createLogger, lineField, type Logger, type LoggerOptions, wordField, writeLine } from './logger.js';
export { METRICS_CONTENT_TYPE, readMetrics } from './read-metrics.js';
export { openTelemetry, type Telemetry, type TelemetryOptions } from './open-telemetry.js';
export { serviceVersion } from './service-version.js';
export { toldByStranger } from './stranger.js';
export type { TraceOptions } from './traces.js';
