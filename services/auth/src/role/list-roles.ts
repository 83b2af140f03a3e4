import type { ListRolesResponse } from '@gatehouse/contracts/auth';
import { ROLES } from './roles.js';

/** The roles are part of the program; no store is asked. */
export async function listRoles(): Promise<ListRolesResponse> {
  return { roles: [...ROLES].map(([name, permissions]) => ({ name, permissions: [...permissions] })) };
}
