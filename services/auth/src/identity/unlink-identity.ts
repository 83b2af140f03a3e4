import type { UnlinkIdentityRequest, UnlinkIdentityResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';
import { callerOf } from '../caller.js';
import { toIdentity } from './to-identity.js';
import { unlink } from './unlink.js';

/** @throws AppError IDENTITY_UNKNOWN, also for another's, LAST_WAY_IN */
export async function unlinkIdentity(
  context: AuthContext,
  { id }: UnlinkIdentityRequest,
  call: Call,
): Promise<UnlinkIdentityResponse> {
  const { subject: accountId, sessionId } = call.principal;
  const row = await unlink(context, { accountId, id, sessionId }, callerOf(call));
  return { identity: toIdentity(context, row) };
}
