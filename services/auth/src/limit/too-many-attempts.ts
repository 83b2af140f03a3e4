import type { AppError } from '@gatehouse/errors';
import { authReasons } from '../reasons.js';

/** The one answer of every limit. @param waitMs how long nothing else will be answered */
export function tooManyAttempts(waitMs: number): AppError {
  return authReasons.TOO_MANY_ATTEMPTS({ retryAfterMs: Math.max(1, Math.ceil(waitMs)) });
}
