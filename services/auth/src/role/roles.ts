import { ContractFault } from '@gatehouse/access';
import type { Permission } from '@gatehouse/contracts/access';

/** The role of a new account. */
export const USER = 'user';

/** The role that manages the others; somebody must hold it. */
export const ADMIN = 'admin';

const user = ['resources:read'];
const editor = [...user, 'resources:write'];
const admin = [
  ...editor,
  'resources:delete',
  'resources:admin',
  'users:admin',
  'roles:admin',
  'accounts:admin',
  'sessions:admin',
  'revocations:admin',
  'clients:admin',
  'audit:read',
];

/** The roles and the permissions that each of them owns, in alphabetical order. */
export const ROLES: ReadonlyMap<string, readonly string[]> = new Map([
  [ADMIN, admin],
  ['editor', editor],
  [USER, user],
]);

/**
 * The scope that these roles grant together: permissions in alphabetical order, separated by spaces.
 *
 * @param only what it is cut down to, unless it is all
 */
export function scopeOf(roles: readonly string[], only?: readonly string[]): string {
  const granted = [...new Set(roles.flatMap((role) => ROLES.get(role) ?? []))].sort();
  return granted.filter((permission) => !only || only.includes(permission)).join(' ');
}

/**
 * Checks at boot that roles own permissions of the contract, and none that only services may have.
 *
 * @throws ContractFault
 */
export function checkRoles(permissions: ReadonlyMap<string, Permission>): void {
  const faults: string[] = [];
  for (const [role, owned] of ROLES) {
    for (const name of owned) {
      const permission = permissions.get(name);
      if (!permission) faults.push(`role ${role} owns an unknown permission: ${name}`);
      else if (permission.serviceOnly)
        faults.push(`role ${role} owns a permission for services only: ${name}`);
    }
  }
  if (faults.length > 0) throw new ContractFault(faults);
}
