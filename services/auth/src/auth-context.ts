import { openPool, OutboxStore, pageTokens, type Database, type PageTokens } from '@gatehouse/postgres';
import type { Logger } from '@gatehouse/telemetry';
import { AccountStore } from './account/account.store.js';
import { ApiKeySecrets } from './api-key/api-key-secrets.js';
import { ApiKeyStore } from './api-key/api-key.store.js';
import { AuditEventStore } from './audit/audit-event.store.js';
import { AuditLinkStore } from './audit/audit-link.store.js';
import { AuditListStore } from './audit/audit-list.store.js';
import { ClientSecretStore } from './client/client-secret.store.js';
import { ClientStore } from './client/client.store.js';
import { SERVICE, type AuthSettings } from './config.js';
import { GrantStore } from './grant/grant.store.js';
import { IdentityStore } from './identity/identity.store.js';
import type { IdentityProvider } from './identity-provider/identity-provider.js';
import { openProviders } from './identity-provider/open-providers.js';
import { FlowSecrets } from './login-flow/flow-secrets.js';
import { LoginFlowStore } from './login-flow/login-flow.store.js';
import { OneTimeCodes } from './one-time-code/one-time-codes.js';
import { OneTimeCodeStore } from './one-time-code/one-time-code.store.js';
import { Limits } from './limit/limits.js';
import { Artifacts } from './oauth/artifacts.js';
import { PairwiseSubjects } from './oauth/pairwise.store.js';
import { breakerOfEach } from './outbound/breaker-of-each.js';
import { outboundFetch, type OutboundFetch } from './outbound/outbound-fetch.js';
import { HashPool } from './password/hash-pool.js';
import { Passwords } from './password/passwords.js';
import { UsedProofStore } from './proof/used-proof.store.js';
import { RevocationFeed } from './revocation/revocation-feed.js';
import { RevocationStore } from './revocation/revocation.store.js';
import { VerifierStore } from './revocation/verifier.store.js';
import { RoleStore } from './role/role.store.js';
import { SessionEnds } from './session/session-ends.js';
import { SessionStore } from './session/session.store.js';
import { AcceptedKeys } from './signing-key/accepted-keys.js';
import { KeyKeeper } from './signing-key/key-keeper.js';
import { deriveKey, Sealing } from './signing-key/sealing.js';
import { SigningKeyStore } from './signing-key/signing-key.store.js';
import { SigningKeys } from './signing-key/signing-keys.js';
import { ClientSecrets, serviceAudiences } from './token/clients.js';
import { DescentStore } from './token/descent.store.js';
import { IssuedTokens } from './token/issued-tokens.js';
import { RefreshTokens } from './token/refresh-tokens.js';
import { ServiceTokens } from './token/service-tokens.js';
import { TokenFamilyStore } from './token/token-family.store.js';

/** One for the reads that every verifier's lease depends on, one to write down who follows. */
const FEED_CONNECTIONS = 2;

/** The largest document of a client that is read, in bytes. */
const CLIENT_DOCUMENT_BYTES = 64 * 1_024;

/** A read of the revocations that takes longer than this is given up, in milliseconds. */
const FEED_STATEMENT_MS = 2_000;

/** How long a lock is waited for: what takes turns at one account or family waits for several before it. */
const LOCK_TIMEOUT_MS = 2_000;

/** What the handlers and commands of this service work with. */
export class AuthContext {
  readonly issuer: string;
  /** The origin of our own pages, which are found where the issuer is. */
  readonly webOrigin: string;
  readonly apiAudience: string;
  /** Whether nobody signs in before the address of the account is verified. */
  readonly requiresVerifiedEmail: boolean;
  /** Whether mails are sent. */
  readonly sendsMail: boolean;
  readonly database: Database;
  readonly accounts = new AccountStore();
  readonly roles = new RoleStore();
  readonly families = new TokenFamilyStore();
  readonly sessions = new SessionStore();
  readonly apiKeys = new ApiKeyStore();
  readonly identities = new IdentityStore();
  readonly loginFlows = new LoginFlowStore();
  readonly clients = new ClientStore();
  readonly clientSecretHashes = new ClientSecretStore();
  readonly grants = new GrantStore();
  readonly keyStore = new SigningKeyStore();
  readonly revocations = new RevocationStore();
  readonly verifiers = new VerifierStore();
  readonly descent = new DescentStore();
  readonly usedProofs = new UsedProofStore();
  readonly audit = new AuditEventStore();
  readonly auditLinks = new AuditLinkStore();
  readonly auditLists = new AuditListStore();
  readonly codes = new OneTimeCodeStore();
  readonly oneTimeCodes: OneTimeCodes;
  readonly outbox: OutboxStore;
  readonly pageTokens: PageTokens;
  readonly limits: Limits;
  readonly hashPool: HashPool;
  readonly passwords: Passwords;
  readonly refreshTokens: RefreshTokens;
  readonly apiKeySecrets: ApiKeySecrets;
  readonly clientSecrets: ClientSecrets;
  readonly keyKeeper: KeyKeeper;
  readonly keys: SigningKeys;
  readonly acceptedKeys: AcceptedKeys;
  readonly feed: RevocationFeed;
  readonly issuedTokens: IssuedTokens;
  readonly artifacts: Artifacts;
  readonly sessionEnds: SessionEnds;
  readonly pairwiseSubjects: PairwiseSubjects;
  /** What the cookies of the protocol are signed with, the newest first. */
  readonly cookieKeys: readonly string[];
  /** Asks what clients name. */
  readonly clientFetch: OutboundFetch;
  /** Tells clients what they want to be told. */
  readonly clientTell: OutboundFetch;
  /** Whether clients may be on this machine, and without TLS; in development alone. */
  readonly reachesPrivate: boolean;
  readonly serviceTokens: ServiceTokens;
  readonly flowSecrets: FlowSecrets;
  /** Who else people can sign in with, by name. */
  readonly providers: ReadonlyMap<string, IdentityProvider>;

  /** Opens nothing yet: the database is reached with the first statement. */
  constructor(settings: AuthSettings, log: Logger) {
    this.issuer = settings.ISSUER;
    this.webOrigin = URL.parse(settings.ISSUER)?.origin ?? '';
    this.apiAudience = settings.API_AUDIENCE;
    this.requiresVerifiedEmail = settings.EMAIL_VERIFICATION === 'required';
    this.sendsMail = settings.MAIL === 'on';
    const database = openPool({
      url: settings.DATABASE_URL,
      max: settings.DATABASE_CONNECTIONS,
      lockTimeoutMs: LOCK_TIMEOUT_MS,
      applicationName: SERVICE,
    });
    this.database = database;
    this.outbox = new OutboxStore(database);
    this.limits = new Limits({ database, secret: settings.KEY_SEALING_KEY, scale: settings.LIMIT_SCALE });
    this.pageTokens = pageTokens({ key: deriveKey(settings.KEY_SEALING_KEY, 'gatehouse page tokens') });
    this.hashPool = new HashPool({ concurrency: settings.HASH_CONCURRENCY, queue: settings.HASH_QUEUE });
    this.passwords = new Passwords(this.hashPool);
    this.oneTimeCodes = new OneTimeCodes(settings.KEY_SEALING_KEY);
    this.refreshTokens = new RefreshTokens(settings.KEY_SEALING_KEY);
    this.apiKeySecrets = new ApiKeySecrets(settings.ENVIRONMENT === 'production' ? 'live' : 'test');
    this.clientSecrets = new ClientSecrets({
      users: [settings.CLIENT_SECRET_USERS, settings.CLIENT_SECRET_USERS_PREVIOUS],
      resources: [settings.CLIENT_SECRET_RESOURCES, settings.CLIENT_SECRET_RESOURCES_PREVIOUS],
      gateway: [settings.CLIENT_SECRET_GATEWAY, settings.CLIENT_SECRET_GATEWAY_PREVIOUS],
    });
    const sealing = new Sealing(settings.KEY_SEALING_KEY, settings.KEY_SEALING_KEY_PREVIOUS);
    const shared = { database, store: this.keyStore, sealing };
    this.keyKeeper = new KeyKeeper({
      ...shared,
      revocations: this.revocations,
      verifiers: this.verifiers,
      audit: this.audit,
      policy: {
        rotationAgeMs: settings.KEY_ROTATION_AGE_MS,
        publishAheadMs: settings.KEY_PUBLISH_AHEAD_MS,
        retireMs: settings.KEY_RETIRE_MS,
      },
    });
    this.keys = new SigningKeys({
      ...shared,
      keeper: this.keyKeeper,
      log,
      checkIntervalMs: settings.KEY_CHECK_INTERVAL_MS,
      publishAheadMs: settings.KEY_PUBLISH_AHEAD_MS,
    });
    this.acceptedKeys = new AcceptedKeys({ database, verifiers: this.verifiers });
    this.feed = new RevocationFeed({
      database: openPool({
        url: settings.DATABASE_URL,
        max: FEED_CONNECTIONS,
        statementTimeoutMs: FEED_STATEMENT_MS,
        applicationName: `${SERVICE} revocations`,
      }),
      revocations: this.revocations,
      verifiers: this.verifiers,
      keys: this.keys,
      log,
    });
    const audiences = [settings.API_AUDIENCE, ...serviceAudiences()];
    this.issuedTokens = new IssuedTokens(settings.ISSUER, audiences, this.keys);
    this.flowSecrets = new FlowSecrets(settings.KEY_SEALING_KEY);
    this.reachesPrivate = settings.OUTBOUND_ADDRESSES === 'any';
    this.providers = openProviders(settings.IDENTITY_PROVIDERS, this.reachesPrivate);
    this.clientFetch = outboundFetch({
      reachesPrivate: this.reachesPrivate,
      maxBytes: CLIENT_DOCUMENT_BYTES,
    });
    this.clientTell = breakerOfEach(this.clientFetch);
    const secrets = [settings.KEY_SEALING_KEY, settings.KEY_SEALING_KEY_PREVIOUS] as const;
    this.artifacts = new Artifacts(database, ...secrets);
    this.sessionEnds = new SessionEnds(this.sessions, this.artifacts, this.outbox);
    this.pairwiseSubjects = new PairwiseSubjects(database);
    this.cookieKeys = secrets.flatMap((secret) =>
      secret ? [deriveKey(secret, 'gatehouse oauth cookies').toString('base64url')] : [],
    );
    this.serviceTokens = new ServiceTokens(settings.ISSUER, this.keys, this.feed.tail);
  }
}
