import type { SuspendAccountRequest, SuspendAccountResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function suspendAccount(
  _context: AuthContext,
  _request: SuspendAccountRequest,
  _call: Call,
): Promise<SuspendAccountResponse> {
  throw new Error('not built yet');
}
