import type { IntrospectRequest, IntrospectResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function introspect(
  _context: AuthContext,
  _request: IntrospectRequest,
  _call: Call,
): Promise<IntrospectResponse> {
  throw new Error('not built yet');
}
