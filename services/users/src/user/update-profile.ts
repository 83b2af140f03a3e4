import { outputOnlyFields, readUpdateMask, rowSubject, versionOf } from '@gatehouse/aip';
import { auditOrigin } from '@gatehouse/audit';
import { contract } from '@gatehouse/contracts';
import { User, type UpdateProfileRequest, type UpdateProfileResponse } from '@gatehouse/contracts/users';
import { platformReasons } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { usersReasons } from '../reasons.js';
import { toUser } from './to-user.js';
import type { UserContext } from './user-context.js';

const OUTPUT_ONLY = outputOnlyFields(contract, 'gatehouse.users.v1.User');

/** @throws AppError FIELD_MASK_INVALID, FIELD_INVALID, PROFILE_PENDING, ETAG_MISMATCH */
export async function updateProfile(
  { users }: UserContext,
  { user = User.fromPartial({}), updateMask }: UpdateProfileRequest,
  call: Call,
): Promise<UpdateProfileResponse> {
  const { principal } = call;
  const { displayName, bio, etag } = user;
  const set = { display_name: displayName !== '', bio: bio !== '' };
  const mask = readUpdateMask(updateMask, set, OUTPUT_ONLY);
  if (mask.has('display_name') && displayName.trim() === '') throw nameless();
  const changes = {
    displayName: mask.has('display_name') ? displayName : undefined,
    bio: mask.has('bio') ? bio : undefined,
  };
  const subject = rowSubject(principal);
  const outcome = await users.update(subject, changes, versionOf(etag), auditOrigin(call));
  if (outcome === 'unknown') throw usersReasons.PROFILE_PENDING({ retryAfterMs: 1_000 });
  if (outcome === 'stale') throw platformReasons.ETAG_MISMATCH();
  return { user: toUser(outcome, principal) };
}

function nameless(): Error {
  const violation = {
    field: 'user.display_name',
    description: 'must not be empty',
    reason: 'string.min_len',
  };
  return platformReasons.FIELD_INVALID({ violations: [violation] });
}
