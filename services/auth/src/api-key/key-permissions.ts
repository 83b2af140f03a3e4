import { readAccessTable } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import { platformReasons, type AppError } from '@gatehouse/errors';
import type { Principal } from '@gatehouse/grpc';
import { authReasons } from '../reasons.js';

const { permissions: PERMISSIONS } = readAccessTable(contract);

/**
 * Checks that people can have these permissions at all.
 *
 * @throws AppError FIELD_INVALID naming those that the contract does not know, or has for services only
 */
export function requireKnownPermissions(permissions: readonly string[]): void {
  const violations = permissions.flatMap((name, index) => {
    const permission = PERMISSIONS.get(name);
    if (permission && !permission.serviceOnly) return [];
    return { field: `permissions[${index}]`, description: 'must be a permission that people can have' };
  });
  if (violations.length > 0) throw platformReasons.FIELD_INVALID({ violations });
}

/** Why a caller may not have a key of these permissions: one never gets more than the access token that asks. */
export function permissionsRefusal(
  { scope }: Principal,
  permissions: readonly string[],
): AppError | undefined {
  const missing = permissions.filter((permission) => !scope.has(permission));
  if (missing.length === 0) return undefined;
  return authReasons.PERMISSION_NOT_HELD({ metadata: { permissions: missing.join(' ') } });
}
