import type { RevokeApiKeyRequest, RevokeApiKeyResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function revokeApiKey(
  _context: AuthContext,
  _request: RevokeApiKeyRequest,
  _call: Call,
): Promise<RevokeApiKeyResponse> {
  throw new Error('not built yet');
}
