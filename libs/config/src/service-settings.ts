import { z } from 'zod';
import { DEVELOPMENT_SECRET_PREFIX, durationMs, environmentName, port } from './setting-types.js';

/** The settings that every service has. */
export const serviceSettings = {
  ENVIRONMENT: environmentName,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Where the service listens. */
  HOST: z.string().default('127.0.0.1'),
  /** The port of `/livez` and `/readyz`. */
  HEALTH_PORT: port,
  /** How long a stopping process waits for calls in flight. */
  DRAIN_TIMEOUT_MS: durationMs.default(20_000),
} as const;

/**
 * Refuses development values in production.
 *
 * @param names the settings that hold secrets
 */
export function refuseDevelopmentSecrets(...names: string[]) {
  return (settings: { ENVIRONMENT: string }, context: z.RefinementCtx) => {
    if (settings.ENVIRONMENT !== 'production') return;
    for (const name of names) {
      const value = (settings as Record<string, unknown>)[name];
      const text = Buffer.isBuffer(value) ? value.toString('utf8') : String(value);
      if (text.includes(DEVELOPMENT_SECRET_PREFIX)) {
        context.addIssue({ code: 'custom', path: [name], message: 'production refuses a development value' });
      }
    }
  };
}
