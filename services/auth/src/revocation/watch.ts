import type { WatchRequest, WatchResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { Observable } from 'rxjs';
import type { AuthContext } from '../auth-context.js';

/**
 * The feed of one verifier.
 *
 * @throws AppError (from the stream) FIELD_INVALID, DATABASE_UNAVAILABLE, OVERLOADED, STOPPING
 */
export function watch(
  { feed }: AuthContext,
  requests: Observable<WatchRequest>,
  call: Call,
): AsyncIterable<WatchResponse> {
  return feed.serve(requests, call);
}
