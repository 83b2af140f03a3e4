import type { Adapter } from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import { ArtifactAdapter } from './artifact-adapter.js';
import { ClientAdapter } from './client-adapter.js';
import { DeviceCodeAdapter } from './device-code-adapter.js';
import { GrantAdapter } from './grant-adapter.js';
import { telling } from './oauth-fault.js';
import { SessionAdapter } from './session-adapter.js';
import { TokenAdapter } from './token-adapter.js';

/** Where the library keeps what it remembers of a kind: PostgreSQL, which any replica goes on from. */
export function adapterOf(context: AuthContext, kind: string): Adapter {
  const adapter = open(context, kind);
  return {
    upsert: (id, payload, expiresIn) => telling(() => adapter.upsert(id, payload, expiresIn)),
    find: (id) => telling(() => adapter.find(id)),
    findByUserCode: (userCode) => telling(() => adapter.findByUserCode(userCode)),
    findByUid: (uid) => telling(() => adapter.findByUid(uid)),
    consume: (id) => telling(() => adapter.consume(id)),
    destroy: (id) => telling(() => adapter.destroy(id)),
    revokeByGrantId: (grantId) => telling(() => adapter.revokeByGrantId(grantId)),
  };
}

function open(context: AuthContext, kind: string): Adapter {
  switch (kind) {
    case 'Client':
      return new ClientAdapter(context);
    case 'DeviceCode':
      return new DeviceCodeAdapter(context, kind);
    case 'Grant':
      return new GrantAdapter(context);
    case 'Session':
      return new SessionAdapter(context, kind);
    case 'AccessToken':
    case 'ClientCredentials':
      return new TokenAdapter(context, kind);
    default:
      return new ArtifactAdapter(context, kind);
  }
}
