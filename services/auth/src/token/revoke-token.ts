import type { RevokeTokenRequest, RevokeTokenResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { Claims } from '@gatehouse/tokens';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { logout } from './logout.js';

/**
 * Revokes an access token alone, or the sign-in of a refresh token (RFC 7009). Whoever holds it may. What is neither,
 * or is over, is no error (section 2.2) and leaves no trace: strangers must not make tables grow.
 *
 * @throws AppError KEYS_UNAVAILABLE, DATABASE_UNAVAILABLE: only what is done is acknowledged
 */
export async function revokeToken(
  context: AuthContext,
  { token }: RevokeTokenRequest,
  call: Call,
): Promise<RevokeTokenResponse> {
  // No refresh token has a dot, and every access token has two.
  if (!token.includes('.')) return logout(context, { refreshToken: token }, call);
  const claims = await context.issuedTokens.read(token);
  if (claims) await revokeOne(context, claims, call);
  return {};
}

async function revokeOne(
  { database, revocations, descent, audit }: AuthContext,
  claims: Claims,
  call: Call,
): Promise<void> {
  // One that is refused anyway would only grow the list that every verifier keeps.
  if (!(await descent.isGood(database.sql, claims))) return;
  const { subject, tokenId } = claims;
  await database.transaction(async (tx) => {
    await revocations.append(tx, [{ kind: 'token', key: tokenId }]);
    await audit.append(tx, { origin: originOf(call), actor: subject, target: subject, outcome: 'OK' });
  });
}
