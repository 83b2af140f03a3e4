import { Credential } from '@gatehouse/contracts/access';
import type { Session } from '@gatehouse/contracts/auth';
import type { SessionRow } from './session.store.js';

const CREDENTIALS = { session: Credential.SESSION, family: Credential.TOKEN_FAMILY };

/** @param currentId the ID of the session that asks */
export function toSession({ kind, ...row }: SessionRow, currentId: string | undefined): Session {
  return {
    id: row.id,
    credential: CREDENTIALS[kind],
    device: row.device,
    address: row.address,
    createTime: row.createTime,
    lastUseTime: row.lastUseTime,
    idleExpireTime: row.idleExpireTime,
    expireTime: row.expireTime,
    current: row.id === currentId,
  };
}
