/** What the roles are meant to hold: the promise that auth's answer and every login are compared with. */
export const ROLES = {
  user: ['resources:read'],
  editor: ['resources:read', 'resources:write'],
  admin: [
    'accounts:admin',
    'audit:read',
    'clients:admin',
    'resources:admin',
    'resources:delete',
    'resources:read',
    'resources:write',
    'revocations:admin',
    'roles:admin',
    'sessions:admin',
    'users:admin',
  ],
} as const satisfies Record<string, readonly string[]>;

export type RoleName = keyof typeof ROLES;

/** Whether a login of this role grants the permission. */
export function roleHolds(role: RoleName, permission: string): boolean {
  return (ROLES[role] as readonly string[]).includes(permission);
}
