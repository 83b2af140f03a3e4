import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import {
  ErasureServiceService,
  ResourceServiceService,
  ShareServiceService,
} from '@gatehouse/contracts/resources';
import { AuditTrail } from '@gatehouse/audit';
import { Call, type Principal } from '@gatehouse/grpc';
import { AccessGuard } from '@gatehouse/guard';
import { openPool, pageTokens } from '@gatehouse/postgres';
import { AppModule } from '@gatehouse/resources/app.module';
import { ResourceChangeStore } from '@gatehouse/resources/resource/resource-change.store';
import { ResourceChanges } from '@gatehouse/resources/resource/resource-changes';
import { createLogger } from '@gatehouse/telemetry';
import { KeySet } from '@gatehouse/tokens';
import { answer } from '../answer.js';
import { followedRevocations } from './followed-revocations.js';
import { API_AUDIENCE, ISSUER, type PublicKey } from './issuer.js';
import { serve } from './serve.js';

/** How the resources service is started. */
export interface ResourcesStart {
  readonly guarded: boolean;
  readonly publicKey: PublicKey;
  /** Of the run-time role of its database. */
  readonly databaseUrl: string;
  /** Who calls when nobody is asked. */
  readonly subject: string;
}

const definitions = [ResourceServiceService, ShareServiceService, ErasureServiceService];

answer({
  start: async ({ guarded, publicKey, databaseUrl, subject }: ResourcesStart): Promise<number> => {
    const { sql } = openPool({ url: databaseUrl, applicationName: 'bench' });
    const log = createLogger({ service: 'bench', level: 'silent' });
    const module = AppModule.register(
      { rows: sql, lists: sql },
      pageTokens({ key: randomBytes(32) }),
      new ResourceChanges(new ResourceChangeStore(sql), log),
      new AuditTrail(sql),
      {
        issuer: ISSUER,
        apiAudience: API_AUDIENCE,
        service: 'resources',
        keys: KeySet.from(publicKey.keySet),
        ...followedRevocations(),
      },
    );
    if (guarded) return serve(module, definitions, (app) => app.get(AccessGuard));
    everyoneIs(subject);
    return serve(module, definitions);
  },
  cpu: () => process.cpuUsage(),
});

/** Handlers ask who calls. Without a guard every call answers the same, at no cost. */
function everyoneIs(subject: string): void {
  const principal: Principal = {
    subject,
    audience: API_AUDIENCE,
    clientId: 'gatehouse-web',
    sessionId: 'none',
    tokenId: 'none',
    credential: undefined,
    authTime: undefined,
    isService: false,
    expiresAt: Number.MAX_SAFE_INTEGER,
    scope: new Set(['resources:read']),
  };
  Object.defineProperty(Call.prototype, 'hasPrincipal', { value: true });
  Object.defineProperty(Call.prototype, 'principal', { value: principal });
}
