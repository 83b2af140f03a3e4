import type { RotateClientSecretRequest, RotateClientSecretResponse } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { secondsOf } from '../api-key/seconds-of.js';
import { originOf, type Origin } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { hasSecret } from './client-row.js';
import { newClientSecret } from './client-secret.js';

/** For how long the old secret is good as well, unless told, in seconds. */
const OVERLAP_SECONDS = 86_400;

/** @throws AppError CLIENT_UNKNOWN, CLIENT_HAS_NO_SECRET */
export async function rotateClientSecret(
  context: AuthContext,
  { id, overlap }: RotateClientSecretRequest,
  call: Call,
): Promise<RotateClientSecretResponse> {
  return { secret: await renewSecret(context, id, secondsOf(overlap), originOf(call)) };
}

/** Makes a new secret; those before the last are good no more. The same for whoever works at a shell. */
export async function renewSecret(
  { database, clients, clientSecretHashes, audit }: AuthContext,
  id: string,
  overlapSeconds = OVERLAP_SECONDS,
  origin: Origin,
): Promise<string> {
  const secret = newClientSecret();
  const refusal = await database.transaction(async (tx) => {
    const client = await clients.lock(tx, id);
    if (!client || client.disableTime) return authReasons.CLIENT_UNKNOWN();
    if (!hasSecret(client)) return authReasons.CLIENT_HAS_NO_SECRET();
    await clientSecretHashes.retire(tx, id, overlapSeconds);
    await clientSecretHashes.insert(tx, id, secret.hash);
    await audit.append(tx, { origin, target: id, outcome: 'OK' });
    return undefined;
  });
  return refusal instanceof AppError ? audit.refuse(database.sql, origin, refusal, id) : secret.text;
}
