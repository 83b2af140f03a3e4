import type { EraseUserRequest, EraseUserResponse } from '@gatehouse/contracts/users';
import type { UserContext } from '../user/user-context.js';

/** Erases a person, now or before ever having heard of them. */
export async function eraseUser(
  { users }: UserContext,
  { id }: EraseUserRequest,
): Promise<EraseUserResponse> {
  await users.erase(id);
  return {};
}
