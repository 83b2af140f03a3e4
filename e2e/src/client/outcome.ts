import { status } from '@grpc/grpc-js';
import { AppError } from '@gatehouse/errors';

/** What became of a call, in the words that clients decide by. */
export interface Outcome {
  /** The name of the gRPC code. */
  readonly code: keyof typeof status;
  /** ErrorInfo's reason; empty for OK. */
  readonly reason: string;
}

export const OK: Outcome = { code: 'OK', reason: '' };

/** Waits for a call and says what became of it. Errors that are no answer of a service are thrown on. */
export async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  try {
    await call;
    return OK;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: status[error.code] as keyof typeof status, reason: error.reason };
  }
}
