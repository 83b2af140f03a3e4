import type { ProvisionUserRequest, ProvisionUserResponse } from '@gatehouse/contracts/users';
import { platformReasons } from '@gatehouse/errors';
import type { UserContext } from '../user/user-context.js';

/**
 * Adds the person of a new account. A person who is there keeps what they
 * changed since; one who was erased stays erased.
 *
 * @throws AppError FIELD_INVALID
 */
export async function provisionUser(
  { users }: UserContext,
  { id, email, displayName, createTime }: ProvisionUserRequest,
): Promise<ProvisionUserResponse> {
  if (!createTime) throw timeless();
  await users.add({ id, email, displayName, createTime });
  return {};
}

/** The contract asks for it before the handler runs; the generated type does not know. */
function timeless(): Error {
  return platformReasons.FIELD_INVALID({
    violations: [{ field: 'create_time', description: 'is required' }],
  });
}
