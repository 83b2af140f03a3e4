import type { GetClientRequest, GetClientResponse } from '@gatehouse/contracts/auth';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { toClient } from './to-client.js';

/** @throws AppError CLIENT_UNKNOWN */
export async function getClient(
  { database, clients }: AuthContext,
  { id }: GetClientRequest,
): Promise<GetClientResponse> {
  const row = await clients.find(database.sql, id);
  if (!row) throw authReasons.CLIENT_UNKNOWN();
  return { client: toClient(row) };
}
