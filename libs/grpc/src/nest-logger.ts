import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@gatehouse/telemetry';

/** Writes what Nest says of itself to the process's own log. */
export function nestLogger(log: Logger): LoggerService {
  return {
    log: (message: unknown) => log.debug({ nest: message }, 'nest'),
    warn: (message: unknown) => log.warn({ nest: message }, 'nest'),
    error: (message: unknown) => log.error({ nest: message }, 'nest'),
  };
}
