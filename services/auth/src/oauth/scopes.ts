import { readAccessTable } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import type { Permission } from '@gatehouse/contracts/access';

/** The scopes that speak of a person, and not of what may be done for them (OpenID Connect Core, sections 5.4 and 11). */
export const OPENID_SCOPES = ['openid', 'profile', 'email', 'offline_access'] as const;

/** The permissions that people can let a client have, by name, with the words that they are asked with. */
export const grantablePermissions: ReadonlyMap<string, Permission> = new Map(
  [...readAccessTable(contract).permissions].filter(([, { serviceOnly }]) => !serviceOnly),
);

/** Whether people can let a client have a permission. */
export function isGrantable(permission: string): boolean {
  return grantablePermissions.has(permission);
}

/** The permissions of a scope, of those that people can give. */
export function permissionsIn(scope: string | undefined): string[] {
  return (scope ?? '').split(' ').filter(isGrantable);
}
