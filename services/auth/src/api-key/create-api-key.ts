import type { CreateApiKeyRequest, CreateApiKeyResponse } from '@gatehouse/contracts/auth';
import { AppError, platformReasons } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { readAddressBlock } from './address-block.js';
import { permissionsRefusal, requireKnownPermissions } from './key-permissions.js';
import { MAX_API_KEYS } from './max-api-keys.js';
import { secondsOf } from './seconds-of.js';
import { toApiKey } from './to-api-key.js';

const LIFETIME_SECONDS = 90 * 86_400;

/**
 * Makes a key that can do no more than the access token that asks for it. Its text is shown here and never again. Whoever
 * waits here while the sign-in is ended makes none: a reset of the password has revoked keys, and this one would stay.
 *
 * @throws AppError FIELD_INVALID, PERMISSION_NOT_HELD, API_KEY_LIMIT, ACCOUNT_UNKNOWN, UNAUTHENTICATED
 */
export async function createApiKey(
  { database, accounts, apiKeys, apiKeySecrets, descent, audit }: AuthContext,
  { displayName, permissions, lifetime, allowedAddresses }: CreateApiKeyRequest,
  call: Call,
): Promise<CreateApiKeyResponse> {
  const origin = originOf(call);
  const { subject, sessionId = '' } = call.principal;
  requireKnownPermissions(permissions);
  const blocks = readBlocks(allowedAddresses);
  const excess = permissionsRefusal(call.principal, permissions);
  if (excess) return audit.refuse(database.sql, origin, excess, subject);

  const { id, secretHash, text } = apiKeySecrets.make();
  const made = await database.transaction(async (tx) => {
    // One transaction at a time counts and adds.
    if (!(await accounts.lock(tx, subject))) return authReasons.ACCOUNT_UNKNOWN();
    if (!(await descent.goesOn(tx, sessionId)))
      return platformReasons.UNAUTHENTICATED({ logReason: 'SIGN_IN_OVER' });
    if ((await apiKeys.count(tx, subject)).lasting >= MAX_API_KEYS) return authReasons.API_KEY_LIMIT();
    const row = await apiKeys.insert(tx, {
      id,
      secretHash,
      accountId: subject,
      displayName,
      permissions: [...permissions].sort(),
      allowedAddresses: blocks,
      lifetimeSeconds: secondsOf(lifetime) ?? LIFETIME_SECONDS,
    });
    await audit.append(tx, { origin, target: id, outcome: 'OK' });
    return row;
  });
  if (made instanceof AppError) return audit.refuse(database.sql, origin, made, subject);
  return { apiKey: toApiKey(made), secret: text };
}

/** @throws AppError FIELD_INVALID */
function readBlocks(texts: readonly string[]): string[] {
  const blocks = texts.map(readAddressBlock);
  const violations = blocks.flatMap((block, index) =>
    block === undefined ? { field: `allowed_addresses[${index}]`, description: NO_BLOCK } : [],
  );
  if (violations.length > 0) throw platformReasons.FIELD_INVALID({ violations });
  return [...new Set(blocks as string[])];
}

const NO_BLOCK = 'must be a CIDR block without host bits, such as 203.0.113.0/24 or 2001:db8::/32';
