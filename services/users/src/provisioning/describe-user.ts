import type { DescribeUserRequest, DescribeUserResponse } from '@gatehouse/contracts/users';
import { usersReasons } from '../reasons.js';
import type { UserContext } from '../user/user-context.js';

/** @throws AppError USER_UNKNOWN */
export async function describeUser(
  { users }: UserContext,
  { id }: DescribeUserRequest,
): Promise<DescribeUserResponse> {
  const row = await users.find(id);
  if (!row) throw usersReasons.USER_UNKNOWN();
  return { displayName: row.displayName };
}
