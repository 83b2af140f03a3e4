import type { CreateSessionRequest, CreateSessionResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function createSession(
  _context: AuthContext,
  _request: CreateSessionRequest,
  _call: Call,
): Promise<CreateSessionResponse> {
  throw new Error('not built yet');
}
