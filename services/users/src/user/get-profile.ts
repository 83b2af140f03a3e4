import { rowSubject } from '@gatehouse/aip';
import type { GetProfileRequest, GetProfileResponse } from '@gatehouse/contracts/users';
import type { Call } from '@gatehouse/grpc';
import { usersReasons } from '../reasons.js';
import { toUser } from './to-user.js';
import type { UserContext } from './user-context.js';

/** @throws AppError PROFILE_PENDING */
export async function getProfile(
  { users }: UserContext,
  _request: GetProfileRequest,
  { principal }: Call,
): Promise<GetProfileResponse> {
  const row = await users.find(rowSubject(principal));
  if (!row) throw usersReasons.PROFILE_PENDING({ retryAfterMs: 1_000 });
  return { user: toUser(row, principal) };
}
