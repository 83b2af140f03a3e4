import type { GetApiKeyRequest, GetApiKeyResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function getApiKey(
  _context: AuthContext,
  _request: GetApiKeyRequest,
  _call: Call,
): Promise<GetApiKeyResponse> {
  throw new Error('not built yet');
}
