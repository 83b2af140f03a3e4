import { AppError } from '@gatehouse/errors';

/** SQLSTATE, or a code of the driver or the operating system. */
const CODE = /^[A-Z0-9_]{1,40}$/;

/** What kind of failure a statement met: its SQLSTATE where the server gave one, and never its text. */
export function errorType(error: unknown): string {
  return codeOf(error) ?? codeOf((error as Error | undefined)?.cause) ?? reasonOf(error);
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && CODE.test(code) ? code : undefined;
}

function reasonOf(error: unknown): string {
  return error instanceof AppError ? error.reason : '_OTHER';
}
