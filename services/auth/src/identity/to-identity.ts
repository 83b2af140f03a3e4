import type { Identity } from '@gatehouse/contracts/auth';
import type { AuthContext } from '../auth-context.js';
import type { IdentityRow } from './identity.store.js';

/** An identity as the contract shows it. */
export function toIdentity({ providers }: AuthContext, row: IdentityRow): Identity {
  const provider = [...providers.values()].find(({ issuer }) => issuer === row.issuer);
  return {
    id: row.id,
    provider: provider?.name ?? '',
    issuer: row.issuer,
    subject: row.subject,
    displayName: row.displayName,
    email: row.email ?? '',
    createTime: row.createTime,
    lastUseTime: row.lastUseTime ?? undefined,
  };
}
