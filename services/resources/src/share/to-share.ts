import { ShareRole, type Share } from '@gatehouse/contracts/resources';
import type { ShareRow, StoredShareRole } from './share.store.js';

/** Returns a share in the words of the contract. */
export function toShare({ subject, role, createTime }: ShareRow): Share {
  return { subject, role: role === 'editor' ? ShareRole.EDITOR : ShareRole.VIEWER, createTime };
}

/** Returns a role in the words of the database. The contract admits no others. */
export function toStoredShareRole(role: ShareRole): StoredShareRole {
  return role === ShareRole.EDITOR ? 'editor' : 'viewer';
}
