import type { WatchRequest, WatchResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { Observable } from 'rxjs';
import type { AuthContext } from '../auth-context.js';

export function watch(
  _context: AuthContext,
  _requests: Observable<WatchRequest>,
  _call: Call,
): AsyncIterable<WatchResponse> {
  throw new Error('not built yet');
}
