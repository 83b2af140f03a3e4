import { RevocationKind, type RevokeRequest, type RevokeResponse } from '@gatehouse/contracts/auth';
import { AppError, platformReasons } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { awaitEnforced } from './await-enforced.js';
import { REVOCATION_KINDS, type RevocationKindName } from './live-revocation.js';
import { revokeByKind } from './revoke-by-kind.js';

/** What an identifier is made of; what is not cannot be in an access token. */
const IDENTIFIER = /^[A-Za-z0-9._:~@|-]+$/;

/**
 * Revokes at an admin's word. What is unknown is revoked all the same: it may be a session that another service has
 * told of, or one that is gone already.
 *
 * @throws AppError FIELD_INVALID when the key does not go with the kind; KEY_UNKNOWN for a signing key that never
 * was
 */
export async function revoke(
  context: AuthContext,
  { kind, key, wait }: RevokeRequest,
  call: Call,
): Promise<RevokeResponse> {
  requireKey(kind, key);
  const { database, audit } = context;
  const order = { kind: nameOf(kind), key, origin: originOf(call), awaited: wait };
  const seqs = await database
    .transaction((tx) => revokeByKind(context, tx, order))
    .catch((error: unknown) => {
      // The transaction is gone; the refusal is recorded on its own.
      if (error instanceof AppError && error.reason === authReasons.KEY_UNKNOWN.reason) {
        return audit.refuse(database.sql, order.origin, error, key);
      }
      throw error;
    });
  if (!wait) return { enforcedCount: 0, laggardCount: 0 };
  const { enforced, laggards } = await awaitEnforced(context, seqs, call.signal);
  return { enforcedCount: enforced, laggardCount: laggards };
}

function requireKey(kind: RevocationKind, key: string): void {
  const isEverything = kind === RevocationKind.EVERYTHING;
  if (isEverything ? key === '' : IDENTIFIER.test(key)) return;
  const description = isEverything ? 'everything has no key' : 'an identifier is required';
  throw platformReasons.FIELD_INVALID({ violations: [{ field: 'key', description }] });
}

function nameOf(kind: RevocationKind): RevocationKindName {
  const name = (Object.keys(REVOCATION_KINDS) as RevocationKindName[]).find(
    (candidate) => REVOCATION_KINDS[candidate] === kind,
  );
  // The contract's constraint lets no other value pass.
  if (!name) throw new Error(`${kind} is no kind of revocation`);
  return name;
}
