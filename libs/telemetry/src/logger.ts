import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

/** How a process logs. */
export interface LoggerOptions {
  /** The service's name, on every line. */
  readonly service: string;
  /** The lowest level that is written. */
  readonly level: string;
  /** Where lines go; standard output unless given. */
  readonly destination?: DestinationStream;
}

/**
 * Returns the logger of a process: one JSON object per line, times in UTC.
 *
 * Errors are written with their causes. Nothing else is looked into, so what
 * must not be logged must not be handed over.
 */
export function createLogger({ service, level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.errWithCause },
  };
  return destination ? pino(options, destination) : pino(options);
}
