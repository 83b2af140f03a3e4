import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { Logger } from './logger.js';

/** How often the log is told, in milliseconds: a collector that is away fails every delivery. */
const TELL_EVERY_MS = 60_000;

/** Characters of a fault that are kept. */
const MAX_FAULT = 300;

/**
 * Has the log told of what goes wrong with telemetry itself, once a minute at most.
 *
 * @returns what ends it
 */
export function reportFaults(
  log: Pick<Logger, 'warn'>,
  monotonic: () => number = () => performance.now(),
): () => void {
  let toldAt = -Infinity;
  let untold = 0;
  const tell = (...parts: readonly unknown[]): void => {
    untold++;
    if (monotonic() - toldAt < TELL_EVERY_MS) return;
    log.warn({ fault: firstLineOf(parts), faults: untold }, 'telemetry is incomplete');
    toldAt = monotonic();
    untold = 0;
  };
  const quiet = () => undefined;
  const logger = { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return () => diag.disable();
}

/** What was said, but for objects: the SDK hands over what it could not send. */
function firstLineOf(parts: readonly unknown[]): string {
  const said = parts.filter((part) => typeof part === 'string').map(messageOf);
  return (said.join(' ').split('\n')[0] ?? '').slice(0, MAX_FAULT);
}

/** The message of an error, which the SDK hands over as JSON with its stack. */
function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}
