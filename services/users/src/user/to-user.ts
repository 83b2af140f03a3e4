import { etagOf } from '@gatehouse/aip';
import type { User } from '@gatehouse/contracts/users';
import type { Principal } from '@gatehouse/grpc';
import type { PersonRow } from './user.store.js';

/** Sees every address and may remove anyone. */
export const USERS_ADMIN = 'users:admin';

/** Returns a person as this principal may see it: the address is for the person and for admins. */
export function toUser(row: PersonRow, principal: Principal): User {
  const { id, displayName, bio, createTime, updateTime } = row;
  const seesEmail = id === principal.subject.toLowerCase() || principal.scope.has(USERS_ADMIN);
  const etag = etagOf(row.version);
  return { id, displayName, email: seesEmail ? row.email : '', bio, createTime, updateTime, etag };
}
