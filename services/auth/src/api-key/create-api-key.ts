import type { CreateApiKeyRequest, CreateApiKeyResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function createApiKey(
  _context: AuthContext,
  _request: CreateApiKeyRequest,
  _call: Call,
): Promise<CreateApiKeyResponse> {
  throw new Error('not built yet');
}
