import { errors } from 'oidc-provider';
import { AppError } from '@gatehouse/errors';
import { status } from '@grpc/grpc-js';

/** What OAuth calls an outage (RFC 6749, section 4.1.2.1), with the status that it is: never 400, never 401. */
export function outage(cause: unknown): Error {
  const error = new errors.TemporarilyUnavailable('try again in a moment', { cause });
  return Object.assign(error, { status: 503, statusCode: 503, expose: true });
}

/** Runs what asks the database, so that OAuth clients hear of an outage as such. */
export async function telling<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof AppError && error.code === status.UNAVAILABLE ? outage(error) : error;
  }
}
