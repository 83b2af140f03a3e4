import type { ListApiKeysRequest, ListApiKeysResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function listApiKeys(
  _context: AuthContext,
  _request: ListApiKeysRequest,
  _call: Call,
): Promise<ListApiKeysResponse> {
  throw new Error('not built yet');
}
