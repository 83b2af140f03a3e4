import type { ApiKey } from '@gatehouse/contracts/auth';
import type { ApiKeyRow } from './api-key.store.js';

/** A key as the contract shows it. */
export function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    displayName: row.displayName,
    permissions: [...row.permissions],
    allowedAddresses: [...row.allowedAddresses],
    createTime: row.createTime,
    expireTime: row.expireTime,
    lastUseTime: row.lastUseTime ?? undefined,
    successorId: row.successorId ?? '',
  };
}
