import { createHash, timingSafeEqual } from 'node:crypto';
import { parseApiKey } from '@gatehouse/api-key';
import type { Principal } from '@gatehouse/grpc';
import { openPool } from '@gatehouse/postgres';
import type { Ask } from './asking-guard.js';
import { CredentialStore, type CredentialRow } from './credential.store.js';

/** What a role of the caller lets it do here. */
const GRANTED = new Map([
  ['user', ['resources:read']],
  ['editor', ['resources:read', 'resources:write']],
]);

/** The classic stateful way: one read of the session or the key, with whatever decides whether it is good. */
export function askDatabase(url: string): Ask {
  const { sql } = openPool({ url, applicationName: 'bench', max: 4 });
  const store = new CredentialStore(sql);
  return async (credential) => {
    const key = parseApiKey(credential);
    if (key === undefined) {
      const row = await store.session(sha256(credential));
      return row && principalOf(row, 'session');
    }
    const row = await store.apiKey(key.id);
    return row?.secretHash && timingSafeEqual(row.secretHash, sha256(key.secret))
      ? principalOf(row, 'api_key')
      : undefined;
  };
}

function principalOf(row: CredentialRow, credential: 'session' | 'api_key'): Principal {
  const granted = row.roles.flatMap((role) => GRANTED.get(role) ?? []);
  return {
    subject: row.accountId,
    audience: 'gatehouse-api',
    clientId: 'gatehouse-web',
    sessionId: row.id,
    tokenId: '',
    credential,
    authTime: undefined,
    isService: false,
    expiresAt: row.endsAt,
    scope: new Set(granted.filter((permission) => row.permissions?.includes(permission) ?? true)),
  };
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
