import type { GetUserRequest, GetUserResponse } from '@gatehouse/contracts/users';
import type { Call } from '@gatehouse/grpc';
import { usersReasons } from '../reasons.js';
import { toUser } from './to-user.js';
import type { UserContext } from './user-context.js';

/** @throws AppError USER_UNKNOWN */
export async function getUser(
  { users }: UserContext,
  { id }: GetUserRequest,
  { principal }: Call,
): Promise<GetUserResponse> {
  const row = await users.find(id);
  if (!row) throw usersReasons.USER_UNKNOWN();
  return { user: toUser(row, principal) };
}
