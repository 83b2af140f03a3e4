import type { RotateApiKeyRequest, RotateApiKeyResponse } from '@gatehouse/contracts/auth';
import { AppError, platformReasons } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import type { Sql } from '@gatehouse/postgres';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { ACCESS_TOKEN_SECONDS } from '../config.js';
import { authReasons } from '../reasons.js';
import type { MadeApiKey } from './api-key-secrets.js';
import type { ApiKeyRow } from './api-key.store.js';
import { permissionsRefusal } from './key-permissions.js';
import { MAX_API_KEYS } from './max-api-keys.js';
import { secondsOf } from './seconds-of.js';
import { toApiKey } from './to-api-key.js';

const OVERLAP_SECONDS = 86_400;

/**
 * Makes the successor of a key and has the key itself end after the overlap, at once when that is zero. A new
 * secret is a new key in other hands: its permissions must be within the access token that asks, as at its making.
 *
 * @throws AppError FIELD_INVALID, API_KEY_UNKNOWN, API_KEY_ROTATED, PERMISSION_NOT_HELD, API_KEY_LIMIT
 */
export async function rotateApiKey(
  context: AuthContext,
  { id, overlap }: RotateApiKeyRequest,
  call: Call,
): Promise<RotateApiKeyResponse> {
  const { database, apiKeySecrets, audit } = context;
  const overlapSeconds = secondsOf(overlap) ?? OVERLAP_SECONDS;
  requireOverlap(overlapSeconds);
  const made = apiKeySecrets.make();
  const successor = await database.transaction((tx) => rotate(context, tx, id, overlapSeconds, made, call));
  if (successor instanceof AppError) return audit.refuse(database.sql, originOf(call), successor, id);
  return { apiKey: toApiKey(successor), secret: made.text };
}

async function rotate(
  { accounts, apiKeys, revocations, audit }: AuthContext,
  tx: Sql,
  id: string,
  overlapSeconds: number,
  made: MadeApiKey,
  call: Call,
): Promise<ApiKeyRow | AppError> {
  const origin = originOf(call);
  const { subject } = call.principal;
  // One transaction at a time decides, and none issues access tokens meanwhile.
  await accounts.lock(tx, subject);
  const key = await apiKeys.find(tx, subject, id);
  if (key?.successorId) return authReasons.API_KEY_ROTATED();
  if (!key?.good) return authReasons.API_KEY_UNKNOWN();
  const excess = permissionsRefusal(call.principal, key.permissions);
  if (excess) return excess;
  const endsNow = overlapSeconds === 0;
  if (!endsNow && (await apiKeys.count(tx, subject)).rotated >= MAX_API_KEYS) {
    return authReasons.API_KEY_LIMIT();
  }

  const successor = await apiKeys.insertSuccessor(tx, id, made);
  if (endsNow) {
    await apiKeys.revoke(tx, id);
    await revocations.append(tx, [{ kind: 'api_key', key: id }]);
  } else {
    await apiKeys.endWithin(tx, id, overlapSeconds);
  }
  await audit.append(tx, { origin, target: id, outcome: 'OK' });
  await audit.append(tx, { origin, target: successor.id, outcome: 'OK' });
  return successor;
}

/**
 * Access tokens that were issued before the rotation run until their own expiry: a shorter overlap would be over
 * before them.
 *
 * @throws AppError FIELD_INVALID
 */
function requireOverlap(seconds: number): void {
  if (seconds === 0 || seconds >= ACCESS_TOKEN_SECONDS) return;
  const description = `must be zero, or at least the lifetime of access tokens: ${ACCESS_TOKEN_SECONDS} seconds`;
  throw platformReasons.FIELD_INVALID({ violations: [{ field: 'overlap', description }] });
}
