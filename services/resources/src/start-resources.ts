import { ServiceAudit } from '@gatehouse/audit';
import { loadLimits, tlsFiles } from '@gatehouse/config';
import {
  ErasureServiceService,
  ResourceServiceService,
  ShareServiceService,
} from '@gatehouse/contracts/resources';
import { openTransport, startService, type RunningService } from '@gatehouse/grpc';
import { AccessGuard, followIssuer, ServiceIdentity } from '@gatehouse/guard';
import { openPool, pageTokens } from '@gatehouse/postgres';
import type { Logger } from '@gatehouse/telemetry';
import { AppModule } from './app.module.js';
import { SERVICE, type ResourcesSettings } from './config.js';
import { ResourceChangeStore } from './resource/resource-change.store.js';
import { ResourceChanges } from './resource/resource-changes.js';

/**
 * Starts the service. Neither its database nor auth needs to be there: it is
 * ready once the database answers, and what is revoked and the key set were known.
 */
export async function startResources(
  settings: ResourcesSettings,
  log: Logger,
): Promise<Omit<RunningService, 'app' | 'gate'>> {
  const transport = openTransport({
    service: SERVICE,
    files: tlsFiles(settings),
    admitsEdge: settings.GRPC_EDGE === 'on',
    production: settings.ENVIRONMENT === 'production',
    log,
  });
  const channel = transport.channelTo('auth');
  const url = settings.DATABASE_URL;
  const database = openPool({ url, max: settings.DATABASE_CONNECTIONS, applicationName: SERVICE });
  const lists = openPool({
    url,
    max: settings.DATABASE_LIST_CONNECTIONS,
    planEachTime: true,
    applicationName: `${SERVICE} lists`,
  });
  const address = settings.AUTH_ADDRESS;
  const identity = new ServiceIdentity(
    { address, clientId: SERVICE, clientSecret: settings.CLIENT_SECRET },
    channel,
  );
  const lastKnown = {
    path: settings.LAST_KNOWN_FILE,
    service: SERVICE,
    issuer: settings.ISSUER,
    secret: settings.CLIENT_SECRET,
  };
  const issuer = followIssuer({ address, identity, log, lastKnown }, channel);
  const audit = new ServiceAudit({ database, address, channel, identity, log });
  const changes = new ResourceChanges(new ResourceChangeStore(lists.sql), log);
  const release = async () => {
    changes.stop();
    await audit.stop();
    await issuer.close();
    identity.close();
    transport.close();
    await Promise.all([database.close(), lists.close()]);
  };
  try {
    const running = await startService({
      module: AppModule.register(
        { rows: database.sql, lists: lists.sql },
        pageTokens({ key: settings.PAGE_TOKEN_KEY }),
        changes,
        audit.trail,
        {
          issuer: settings.ISSUER,
          apiAudience: settings.API_AUDIENCE,
          service: SERVICE,
          ...issuer,
          onRefusal: audit.onRefusal,
        },
      ),
      definitions: [ResourceServiceService, ShareServiceService, ErasureServiceService],
      guard: (app) => app.get(AccessGuard),
      readiness: () => [{ name: 'database', holds: () => database.ping().then(() => true) }, issuer.known],
      host: settings.HOST,
      port: settings.GRPC_PORT,
      healthPort: settings.HEALTH_PORT,
      reflection: settings.ENVIRONMENT !== 'production',
      drainTimeoutMs: settings.DRAIN_TIMEOUT_MS,
      transport,
      server: settings.GRPC_SERVER,
      load: loadLimits(settings),
      trustedProxies: settings.TRUSTED_PROXIES,
      log,
    });
    audit.start();
    const { port, healthPort } = running;
    return { port, healthPort, stop: () => running.stop().finally(release) };
  } catch (error) {
    await release();
    throw error;
  }
}
