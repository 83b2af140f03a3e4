import { AppError, platformReasons } from '@gatehouse/errors';

/** Codes of the driver and of the operating system for a connection that is not there, or no longer. */
const CONNECTION_CODES = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * Codes of a server that does not prove that it is the one: of TLS, of its certificate as Node and OpenSSL judge it, of
 * SCRAM.
 */
const UNPROVEN =
  /^(?:EPROTO$|ERR_SSL_|ERR_TLS_|SASL_|UNABLE_TO_|CRL_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$)|CERT/;

/** PostgreSQL, Appendix A: SQLSTATEs (or, by two characters, classes) of a server that cannot serve now. */
const UNAVAILABLE_STATES = [
  '08', // connection exception
  '25006', // read_only_sql_transaction: a standby answers, a failover is under way
  '25P03', // idle_in_transaction_session_timeout
  '28', // invalid authorization: the service's own credentials, never the caller's
  '53', // insufficient resources: disk full, out of memory, too many connections
  '55P03', // lock_not_available: whoever has it keeps it for too long, and readers wait behind it as well
  '57P', // admin shutdown, crash shutdown, cannot connect now
  '58', // system error: I/O
];

/** SQLSTATEs of transactions that lost to another one and would likely win when tried again. */
const CONFLICT_STATES = new Set(['40001', '40P01']);

const QUERY_CANCELED = '57014';

/** How long a caller does well to wait before trying again. */
const RETRY_AFTER_MS = 1_000;

/**
 * What a failure of the database means to the caller of an RPC:
 * no server to be had, or none that proves that it is the one, or a lock not got in time, is UNAVAILABLE /
 * DATABASE_UNAVAILABLE, a lost race is ABORTED / CONFLICT, a statement over its time is DEADLINE_EXCEEDED. Everything
 * else, constraint violations above all, is returned as it is: only the store knows what it means (see
 * {@link isForeignKeyViolation}).
 */
export function databaseError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  const isAway = CONNECTION_CODES.has(code) || UNPROVEN.test(code);
  if (isAway || UNAVAILABLE_STATES.some((state) => code.startsWith(state))) {
    return platformReasons.DATABASE_UNAVAILABLE({
      cause: withoutRowData(error),
      retryAfterMs: RETRY_AFTER_MS,
    });
  }
  if (CONFLICT_STATES.has(code)) return platformReasons.CONFLICT({ cause: withoutRowData(error) });
  if (code === QUERY_CANCELED) return platformReasons.DEADLINE_EXCEEDED({ cause: withoutRowData(error) });
  return withoutRowData(error);
}

/** No connection was to be had, or no answer, within the time the pool allows. */
export function databaseSilent(message: string): AppError {
  return platformReasons.DATABASE_UNAVAILABLE({ cause: new Error(message), retryAfterMs: RETRY_AFTER_MS });
}

/** Whether running the same transaction once more makes sense: serialization failure or deadlock. */
export function isRetryableConflict(error: unknown): boolean {
  const code = codeOf(error) ?? codeOf((error as Error | undefined)?.cause);
  return code !== undefined && CONFLICT_STATES.has(code);
}

/** Whether `error` says that a row that is referred to is not there, or is still referred to, by the constraint's name. */
export function isForeignKeyViolation(error: unknown, constraint: string): boolean {
  return codeOf(error) === '23503' && (error as { constraint_name?: unknown }).constraint_name === constraint;
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** DETAIL and CONTEXT quote rows ("Failing row contains (...)"), and errors end up in logs. */
function withoutRowData(error: unknown): unknown {
  const fields = error as { detail?: string; where?: string };
  delete fields.detail;
  delete fields.where;
  return error;
}
