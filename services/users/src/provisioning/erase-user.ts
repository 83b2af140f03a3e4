import { auditOrigin } from '@gatehouse/audit';
import type { EraseUserRequest, EraseUserResponse } from '@gatehouse/contracts/users';
import type { Call } from '@gatehouse/grpc';
import type { UserContext } from '../user/user-context.js';

/** Erases a person, now or before ever having heard of them. */
export async function eraseUser(
  { users }: UserContext,
  { id }: EraseUserRequest,
  call: Call,
): Promise<EraseUserResponse> {
  await users.erase(id, auditOrigin(call));
  return {};
}
