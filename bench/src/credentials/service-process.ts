import 'reflect-metadata';
import { AuditTrail } from '@gatehouse/audit';
import {
  ErasureServiceService,
  ResourceServiceService,
  ShareServiceService,
} from '@gatehouse/contracts/resources';
import { startService } from '@gatehouse/grpc';
import { openPool, pageTokens } from '@gatehouse/postgres';
import { AppModule } from '@gatehouse/resources/app.module';
import { readResourcesSettings, type ResourcesSettings } from '@gatehouse/resources/config';
import { ResourceChangeStore } from '@gatehouse/resources/resource/resource-change.store';
import { ResourceChanges } from '@gatehouse/resources/resource/resource-changes';
import { startResources } from '@gatehouse/resources/start-resources';
import { createLogger } from '@gatehouse/telemetry';
import { KeySet } from '@gatehouse/tokens';
import { answer } from '../answer.js';
import { AskingGuard, type Ask } from './asking-guard.js';
import { askAuth } from './ask-auth.js';
import { askDatabase } from './ask-database.js';
import { countOutgoingBytes } from './outgoing-bytes.js';

/** How the resources service is started. */
export interface ServiceStart {
  readonly environment: Readonly<Record<string, string>>;
  /** Whom it asks who calls, on every call: nobody, as it is built; auth's database at this URL; or auth. */
  readonly asks: 'nobody' | 'auth' | { readonly databaseUrl: string };
}

const outgoingBytes = countOutgoingBytes();
const log = createLogger({ service: 'resources', level: 'info' });

answer({
  start: async ({ environment, asks }: ServiceStart): Promise<number> => {
    const settings = readResourcesSettings(environment);
    if (asks === 'nobody') return (await startResources(settings, log)).port;
    const ask = asks === 'auth' ? askAuth(settings) : askDatabase(asks.databaseUrl);
    return startAsking(settings, ask);
  },
  cpu: () => process.cpuUsage(),
  outgoingBytes: () => outgoingBytes(),
});

/** The same service with another guard. */
async function startAsking(settings: ResourcesSettings, ask: Ask): Promise<number> {
  const pool = { url: settings.DATABASE_URL, applicationName: 'resources' };
  const { sql } = openPool({ ...pool, max: settings.DATABASE_CONNECTIONS });
  const lists = openPool({ ...pool, max: settings.DATABASE_LIST_CONNECTIONS, planEachTime: true });
  const module = AppModule.register(
    { rows: sql, lists: lists.sql },
    pageTokens({ key: settings.PAGE_TOKEN_KEY }),
    new ResourceChanges(new ResourceChangeStore(lists.sql), log),
    new AuditTrail(sql),
    {
      issuer: settings.ISSUER,
      apiAudience: settings.API_AUDIENCE,
      service: 'resources',
      keys: KeySet.from({ keys: [] }),
      revocations: 'none',
    },
  );
  const { port } = await startService({
    module,
    definitions: [ResourceServiceService, ShareServiceService, ErasureServiceService],
    guard: () => new AskingGuard(ask),
    host: settings.HOST,
    port: settings.GRPC_PORT,
    healthPort: settings.HEALTH_PORT,
    reflection: true,
    drainTimeoutMs: settings.DRAIN_TIMEOUT_MS,
    log,
  });
  return port;
}
