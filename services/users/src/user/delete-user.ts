import { rowSubject } from '@gatehouse/aip';
import { auditOrigin } from '@gatehouse/audit';
import type { DeleteUserRequest, DeleteUserResponse } from '@gatehouse/contracts/users';
import { platformReasons } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { USERS_ADMIN } from './to-user.js';
import type { UserContext } from './user-context.js';

/**
 * Has auth erase the account, which alone knows who is the last admin and
 * which tells every other service; then erases the profile at once instead of
 * waiting to be told. Whatever is cut off half-way is finished by that news,
 * or by calling again.
 *
 * @throws AppError PERMISSION_MISSING, whether or not the person exists;
 *   auth's refusal; PEER_UNAVAILABLE when auth does not answer
 */
export async function deleteUser(
  { users, accounts }: UserContext,
  request: DeleteUserRequest,
  call: Call,
): Promise<DeleteUserResponse> {
  const id = request.id.toLowerCase();
  const subject = rowSubject(call.principal);
  if (id !== subject && !call.principal.scope.has(USERS_ADMIN)) {
    throw platformReasons.PERMISSION_MISSING({ metadata: { permission: USERS_ADMIN } });
  }
  await accounts.erase(id, subject, call);
  await users.erase(id, auditOrigin(call));
  return {};
}
