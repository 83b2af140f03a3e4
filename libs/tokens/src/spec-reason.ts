import type { RejectionReason } from './rejection-reason.js';
import { TokenRejected } from './token-rejected.js';

/** For specs: the reason with which a check refuses, undefined when it passes; other errors are passed on. */
export function reasonOf(check: () => unknown): RejectionReason | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof TokenRejected) return error.reason;
    throw error;
  }
}
