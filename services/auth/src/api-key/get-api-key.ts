import type { GetApiKeyRequest, GetApiKeyResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { toApiKey } from './to-api-key.js';

/** @throws AppError API_KEY_UNKNOWN, also for another's and for one that is over */
export async function getApiKey(
  { database, apiKeys }: AuthContext,
  { id }: GetApiKeyRequest,
  { principal }: Call,
): Promise<GetApiKeyResponse> {
  const key = await apiKeys.find(database.sql, principal.subject, id);
  if (!key?.good) throw authReasons.API_KEY_UNKNOWN();
  return { apiKey: toApiKey(key) };
}
