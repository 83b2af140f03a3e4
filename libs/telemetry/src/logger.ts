import { pino, type DestinationStream, type Logger } from 'pino';
import { standardOutput } from './standard-output.js';

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
  const stream = destination ?? standardOutput();
  const log = pino(options, stream);
  origins.set(log, { service, stream });
  return log;
}

/** What loggers were made of. */
const origins = new WeakMap<Logger, { readonly service: string; readonly stream: DestinationStream }>();

/**
 * Writes a line whose fields are JSON already, each with a comma before it as {@link lineField} makes
 * them: `,"a":1,"b":"x"`. For lines that come with every request: to find out what a field is takes longer than to
 * write it.
 */
export function writeLine(log: Logger, level: 'info' | 'error', fields: string, message: string): void {
  const origin = origins.get(log);
  if (origin === undefined) return log[level](JSON.parse(`{${fields.slice(1)}}`), message);
  if (!log.isLevelEnabled(level)) return;
  const { service, stream } = origin;
  stream.write(
    `{"level":"${level}","time":"${isoTime()}","service":"${service}"${fields},"msg":"${message}"}\n`,
  );
}

/** A field of a line; nothing for a value that is undefined. @param name needs no escape */
export function lineField(name: string, value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number' || !PLAIN.test(value)) return `,"${name}":${JSON.stringify(value)}`;
  return wordField(name, value);
}

/** What stands in a text of JSON as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** The same of text in which nothing needs an escape: an ID, an address, a word of ours or of the contract. */
export function wordField(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":"${value}"`;
}

let timeMs = 0;
let time = '';

/** Now in UTC; lines that are written together have it in common. */
function isoTime(): string {
  const now = Date.now();
  if (now !== timeMs) {
    timeMs = now;
    time = new Date(now).toISOString();
  }
  return time;
}
