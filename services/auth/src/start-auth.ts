import { readAccessTable } from '@gatehouse/access';
import { loadLimits, tlsFiles } from '@gatehouse/config';
import { contract } from '@gatehouse/contracts';
import {
  AccountServiceService,
  ApiKeyServiceService,
  AuditServiceService,
  ClientServiceService,
  GrantServiceService,
  IdentityServiceService,
  KeySetServiceService,
  ProofServiceService,
  RevocationServiceService,
  RoleServiceService,
  SessionServiceService,
  TokenServiceService,
} from '@gatehouse/contracts/auth';
import { openTransport, startService, type RunningService, type Call } from '@gatehouse/grpc';
import { AccessGuard, proofInvalid, RefusalRecorder, type UseProof } from '@gatehouse/guard';
import { OutboxDispatcher, type OutboxEvent } from '@gatehouse/postgres';
import type { Logger } from '@gatehouse/telemetry';
import { AppModule } from './app.module.js';
import { AuditChainer } from './audit/audit-chainer.js';
import { originOf } from './audit/audit-event.store.js';
import { AuthContext } from './auth-context.js';
import { SERVICE, type AuthSettings } from './config.js';
import { MAIL_TOPIC } from './mail/mail-event.js';
import { openMailTransport } from './mail/mail-transport.js';
import { Postman } from './mail/postman.js';
import { BackChannel } from './oauth/back-channel.js';
import { CLIENT_SIGN_OUT_TOPIC } from './oauth/client-sign-out.js';
import { OauthProviders } from './oauth/providers.js';
import { Peers } from './outbox/peers.js';
import { Retention } from './retention.js';
import { checkRoles } from './role/roles.js';
import { checkClients } from './token/clients.js';
import { openWeb } from './web/open-web.js';
import type { RunningWeb } from './web/web-server.js';

/**
 * Attempts until an event is parked: with a minute between them, a week. A peer's outage is not the event's
 * fault, and an event holds back nothing but the later ones of its own account at the same peer.
 */
const DELIVERY_ATTEMPTS = 10_000;

/** The running service, with what its specs and commands work with. */
export type RunningAuth = Omit<RunningService, 'app' | 'gate'> & {
  readonly context: AuthContext;
  /** Where browsers and OAuth clients are served; undefined where they are not. */
  readonly httpPort: number | undefined;
};

/**
 * Starts the service. Its database need not be there: it is ready once that answers and a key can sign. The
 * services that follow the accounts need not be there either.
 *
 * @throws ContractFault when a role or a client owns a permission that it cannot own
 */
export async function startAuth(settings: AuthSettings, log: Logger): Promise<RunningAuth> {
  const { permissions } = readAccessTable(contract);
  checkRoles(permissions);
  checkClients(permissions);

  const transport = openTransport({
    service: SERVICE,
    files: tlsFiles(settings),
    admitsEdge: settings.GRPC_EDGE === 'on',
    production: settings.ENVIRONMENT === 'production',
    log,
  });
  const context = new AuthContext(settings, log);
  const { database, keys, feed, hashPool } = context;
  const peers = new Peers(
    { users: settings.USERS_ADDRESS, resources: settings.RESOURCES_ADDRESS },
    context.serviceTokens,
    transport,
  );
  const postman = openPostman(context, settings, log);
  const providers = new OauthProviders(context, (accountId) => peers.nameOf(accountId));
  const backChannel = new BackChannel(context, providers, log);
  const deliver = (event: OutboxEvent, signal: AbortSignal) => {
    if (event.topic === MAIL_TOPIC) return postman.deliver(event, signal);
    if (event.topic === CLIENT_SIGN_OUT_TOPIC) return backChannel.deliver(event);
    return peers.deliver(event);
  };
  const dispatcher = new OutboxDispatcher({
    database,
    deliver,
    log,
    maxAttempts: DELIVERY_ATTEMPTS,
    // Who is told is somebody else's server: no mail and no erasure waits for it.
    apart: [CLIENT_SIGN_OUT_TOPIC],
    // Whoever registers an address without a mailbox would have somebody woken, and hide an erasure that was given up.
    unowed: [MAIL_TOPIC],
  });
  const retention = new Retention(context, log);
  const refusals = new RefusalRecorder<Call>({
    record: (call, { reason }) =>
      context.audit.append(database.sql, { origin: originOf(call), outcome: reason }),
    log,
  });
  const chainer = new AuditChainer({
    database,
    links: context.auditLinks,
    key: settings.AUDIT_CHAIN_KEY,
    log,
  });
  let dispatching = false;
  let web: RunningWeb | undefined;
  const release = async () => {
    retention.stop();
    await refusals.settle();
    await chainer.stop();
    if (dispatching) await dispatcher.stop();
    await feed.stop();
    await keys.stop();
    peers.close();
    transport.close();
    await hashPool.close();
    await database.close();
  };
  try {
    await keys.start();
    await feed.start();
    const running = await startService({
      module: AppModule.register(context, {
        issuer: settings.ISSUER,
        apiAudience: settings.API_AUDIENCE,
        service: SERVICE,
        keys,
        revocations: feed.list,
        lease: feed.lease,
        useProof: useOwnProof(context),
        onRefusal: refusals.onRefusal,
      }),
      definitions: [
        AccountServiceService,
        TokenServiceService,
        ProofServiceService,
        SessionServiceService,
        ApiKeyServiceService,
        IdentityServiceService,
        ClientServiceService,
        GrantServiceService,
        RoleServiceService,
        RevocationServiceService,
        AuditServiceService,
        KeySetServiceService,
      ],
      guard: (app) => app.get(AccessGuard),
      readiness: () => [
        { name: 'database', holds: () => database.ping().then(() => true) },
        { name: 'signing key', holds: () => keys.canSign },
        { name: 'revocations', holds: () => feed.tail.hasRead },
      ],
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
    web = await openWeb(context, settings, { transport, gate: running.gate, providers, log }).catch(
      async (error: unknown) => {
        await running.stop();
        throw error;
      },
    );
    dispatcher.start();
    dispatching = true;
    retention.start();
    chainer.start();
    const { port, healthPort } = running;
    const stop = () => {
      feed.drain();
      return Promise.all([running.stop(), web?.stop()])
        .then(() => undefined)
        .finally(release);
    };
    return { context, port, healthPort, httpPort: web?.port, stop };
  } catch (error) {
    await release();
    throw error;
  }
}

function openPostman(context: AuthContext, settings: AuthSettings, log: Logger): Postman {
  const { MAIL, SMTP_URL, MAIL_FOLDER, MAIL_FROM, LINK_URL, ISSUER } = settings;
  const options = { smtpUrl: SMTP_URL, folder: MAIL_FOLDER, from: MAIL_FROM };
  const transport = MAIL === 'on' ? openMailTransport(options, log) : undefined;
  return new Postman({ context, transport, linkUrl: LINK_URL ?? ISSUER, log });
}

/** What other services ask of auth, it looks up itself. */
function useOwnProof({ usedProofs, database }: AuthContext): UseProof {
  return async (proofId) => {
    if (!(await usedProofs.use(database.sql, proofId))) throw proofInvalid('PROOF_REPLAYED');
  };
}
