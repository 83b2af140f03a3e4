import { randomUUID } from 'node:crypto';
import type { LoginRequest, LoginResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { provePassword, refusePassword } from '../account/prove-password.js';
import type { AuthContext } from '../auth-context.js';
import { callerOf } from '../caller.js';
import { readIssue, toTokenSet } from './sign-in.js';

/**
 * Begins a sign-in that lives in refresh tokens.
 *
 * @throws AppError CREDENTIALS_INVALID, HASH_QUEUE_FULL
 */
export async function login(context: AuthContext, request: LoginRequest, call: Call): Promise<LoginResponse> {
  const { database, families, refreshTokens, audit } = context;
  const caller = callerOf(call);
  const { origin } = caller;
  const account = await provePassword(context, request, caller);
  const refreshToken = refreshTokens.first();
  const familyId = randomUUID();
  const decided = await database.transaction(async (tx) => {
    const issue = await readIssue(context, tx, account.id);
    // The password may have changed, or the account gone, while the hash was computed.
    if (issue?.facts.passwordVersion !== account.passwordVersion) return undefined;
    const family = { id: familyId, accountId: account.id, firstHash: refreshToken.hash };
    await families.begin(tx, family, { device: caller.device, address: caller.address });
    await audit.append(tx, { origin, actor: account.id, target: account.id, outcome: 'OK' });
    return {
      ...issue,
      subject: account.id,
      sessionId: familyId,
      credential: 'token_family' as const,
      authTime: issue.facts.issuedAt,
      refreshToken: refreshToken.text,
    };
  });
  if (!decided) return refusePassword(context, caller, account.id);
  return { tokens: await toTokenSet(context, decided) };
}
