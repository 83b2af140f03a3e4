import type { RotateApiKeyRequest, RotateApiKeyResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function rotateApiKey(
  _context: AuthContext,
  _request: RotateApiKeyRequest,
  _call: Call,
): Promise<RotateApiKeyResponse> {
  throw new Error('not built yet');
}
