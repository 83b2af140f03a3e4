import { BlockList } from 'node:net';
import { z } from 'zod';
import {
  addressRanges,
  count,
  DEVELOPMENT_SECRET_PREFIX,
  durationMs,
  environmentName,
  port,
} from './setting-types.js';

/** The settings that every service has. */
export const serviceSettings = {
  ENVIRONMENT: environmentName,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Where the service listens. */
  HOST: z.string().default('127.0.0.1'),
  /** The port of `/livez`, `/readyz` and `/metrics`. */
  HEALTH_PORT: port,
  /** How long a stopping process waits for calls in flight. */
  DRAIN_TIMEOUT_MS: durationMs.default(20_000),
  /** Where traces go: a collector's endpoint for OTLP over HTTP. */
  TRACES_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** How many of the traces that begin here are recorded. */
  TRACE_RATIO: z.coerce.number().min(0).max(1).default(1),
} as const;

/**
 * Mutual TLS between the services: all three, or none. Paths and not contents, as the files are read again when they
 * change.
 */
export const tlsSettings = {
  /** The service's certificate, and after it those between it and the authority. */
  TLS_CERTIFICATE_FILE: z.string().min(1).optional(),
  TLS_KEY_FILE: z.string().min(1).optional(),
  /** The authorities that are believed. */
  TLS_CA_FILE: z.string().min(1).optional(),
} as const;

/** How much a service takes on at once; what is beyond is refused. */
export const loadSettings = {
  /** The most requests or calls in work at once. */
  MAX_IN_FLIGHT: count.default(256),
  /** How long the event loop may be behind before nothing but what is essential is taken. */
  MAX_LOOP_BEHIND_MS: durationMs.default(1_000),
} as const;

/** The settings of a service that verifies access tokens, the gateway included. */
export const verifierSettings = {
  ...serviceSettings,
  ...tlsSettings,
  ...loadSettings,
  /** The only issuer (`iss`) of access tokens. */
  ISSUER: z.string().min(1),
  /** The audience (`aud`) of users' access tokens. */
  API_AUDIENCE: z.string().min(1).default('gatehouse-api'),
} as const;

/** The settings of a service that follows auth to know what is revoked. */
export const followerSettings = {
  /** Where what is known of the issuer is kept, sealed, for a start while auth is away; it is not without a path. */
  LAST_KNOWN_FILE: z.string().min(1).optional(),
} as const;

/** The settings of a service of the contract with a database of its own. */
export const grpcServiceSettings = {
  ...verifierSettings,
  /** Where the contract is served. */
  GRPC_PORT: port,
  /** What its server is made of: frames of our own, or grpc-js. */
  GRPC_SERVER: z.enum(['http2-grpc', 'grpc-js']).default('http2-grpc'),
  /** Whether a proxy with the certificate of the edge may connect, for people's programs that speak gRPC. */
  GRPC_EDGE: z.enum(['on', 'off']).default('off'),
  /** The peers that are believed about the address of their clients, the gateways: ranges in CIDR notation. */
  TRUSTED_PROXIES: addressRanges.default(new BlockList()),
  /** Of the run-time role, which may read and write rows and nothing else. */
  DATABASE_URL: z.string().min(1),
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
