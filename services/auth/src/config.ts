import { availableParallelism } from 'node:os';
import {
  count,
  durationMs,
  port,
  readSettings,
  refuseDevelopmentSecrets,
  refusePartialTls,
  secretBytes,
  grpcServiceSettings,
  type Environment,
} from '@gatehouse/config';
import { z } from 'zod';
import { checkProviders, identityProviders } from './identity-provider/provider-settings.js';
import { checkMailSettings, DEVELOPMENT_SENDER, linkUrl, mailbox, smtpUrl } from './mail/mail-settings.js';

/** The service's name: its client ID towards its peers, and the audience of service tokens for it. */
export const SERVICE = 'auth';

/** Lifetime of access tokens and service tokens, in seconds. */
export const ACCESS_TOKEN_SECONDS = 300;

/**
 * How long after its issue no access token is accepted any more, in seconds: its lifetime, the skew that
 * verifiers allow, and a second for an issue time that was moved past a not-before.
 */
export const ACCESS_TOKEN_HORIZON_SECONDS = ACCESS_TOKEN_SECONDS + 5 + 1;

/** Age at which verifiers fetch the key set again: the default of `RemoteKeySet`. */
const KEY_SET_AGE_MS = 60_000;

const DAY_MS = 86_400_000;

const clientSecret = z.string().min(16).max(256);

const schema = z
  .object({
    ...grpcServiceSettings,
    /** Where browsers and OAuth clients are served, by way of the gateways; nowhere without it. */
    HTTP_PORT: port.optional(),
    /** More than others: those who wait for a password to be hashed are in work. */
    MAX_IN_FLIGHT: count.default(768),
    /** Connections kept. */
    DATABASE_CONNECTIONS: count.default(8),
    /** What private signing keys are sealed with: 32 bytes in base64, the same in every replica. */
    KEY_SEALING_KEY: secretBytes(32),
    /** The sealing key before this one, while signing keys sealed with it are in use. */
    KEY_SEALING_KEY_PREVIOUS: secretBytes(32).optional(),
    /** What the other services prove themselves with. */
    CLIENT_SECRET_USERS: clientSecret,
    CLIENT_SECRET_RESOURCES: clientSecret,
    CLIENT_SECRET_GATEWAY: clientSecret,
    /** The secrets before these, while replicas that prove themselves with them run. */
    CLIENT_SECRET_USERS_PREVIOUS: clientSecret.optional(),
    CLIENT_SECRET_RESOURCES_PREVIOUS: clientSecret.optional(),
    CLIENT_SECRET_GATEWAY_PREVIOUS: clientSecret.optional(),
    /** What the audit trail is chained with: 32 bytes in base64, the same in every replica, for ever. */
    AUDIT_CHAIN_KEY: secretBytes(32),
    /** Where users and resources answer: `host:port`. */
    USERS_ADDRESS: z.string().min(1),
    RESOURCES_ADDRESS: z.string().min(1),
    /** What every limit of `docs/limits.md` is multiplied with. */
    LIMIT_SCALE: z.coerce.number().min(0.01).max(1_000_000).default(1),
    /** `off` sends no mail: then nobody can reset a password. */
    MAIL: z.enum(['on', 'off']).default('on'),
    /** The mail server, credentials included: `smtp:`, with STARTTLS, or `smtps:`. */
    SMTP_URL: smtpUrl.optional(),
    /** Where mails are written as files when there is no server; in development alone. */
    MAIL_FOLDER: z.string().min(1).optional(),
    /** The sender of mails: `Name <address>`. */
    MAIL_FROM: mailbox.default(DEVELOPMENT_SENDER),
    /** Base of the links in mails; the issuer when it is not given. */
    LINK_URL: linkUrl.optional(),
    /** `required` lets nobody sign in before the address is verified, and hides which addresses are registered. */
    EMAIL_VERIFICATION: z.enum(['off', 'required']).default('off'),
    /** Who else people can sign in with. */
    IDENTITY_PROVIDERS: identityProviders.default([]),
    /** `any` reaches providers on the own machine and its networks, and without TLS; in development alone. */
    OUTBOUND_ADDRESSES: z.enum(['public', 'any']).default('public'),
    /** Passwords hashed at once; each takes 19 MiB and a core. */
    HASH_CONCURRENCY: count.max(availableParallelism()).default(Math.min(availableParallelism(), 4)),
    /** Passwords that wait to be hashed; one more is refused. */
    HASH_QUEUE: count.default(256),
    /** Age at which the active signing key is replaced. */
    KEY_ROTATION_AGE_MS: durationMs.default(30 * DAY_MS),
    /** How long a key is published before it signs: at least twice the time that verifiers keep the key set. */
    KEY_PUBLISH_AHEAD_MS: durationMs.min(2 * KEY_SET_AGE_MS).default(2 * KEY_SET_AGE_MS),
    /** How long a key that signs no more is still published. */
    KEY_RETIRE_MS: durationMs.min(ACCESS_TOKEN_HORIZON_SECONDS * 1_000).default(600_000),
    /** How often the keys are read again and moved along, when nobody says that they changed. */
    KEY_CHECK_INTERVAL_MS: durationMs.default(5_000),
  })
  .superRefine(refusePartialTls)
  .superRefine(
    refuseDevelopmentSecrets(
      'DATABASE_URL',
      'KEY_SEALING_KEY',
      'KEY_SEALING_KEY_PREVIOUS',
      'CLIENT_SECRET_USERS',
      'CLIENT_SECRET_RESOURCES',
      'CLIENT_SECRET_GATEWAY',
      'CLIENT_SECRET_USERS_PREVIOUS',
      'CLIENT_SECRET_RESOURCES_PREVIOUS',
      'CLIENT_SECRET_GATEWAY_PREVIOUS',
      'AUDIT_CHAIN_KEY',
    ),
  )
  .superRefine(checkMailSettings)
  .superRefine(checkProviders)
  .superRefine(({ HTTP_PORT, ISSUER }, context) => {
    // Its pages and endpoints are found below it.
    if (HTTP_PORT === undefined || /^https?:\/\/[^/?#]+$/.test(ISSUER)) return;
    context.addIssue({
      code: 'custom',
      path: ['ISSUER'],
      message: 'must be a URL without a path where HTTP_PORT is given',
    });
  });

/** Every setting of the service. */
export type AuthSettings = Readonly<z.output<typeof schema>>;

/** @throws ConfigFault naming every fault */
export function readAuthSettings(environment: Environment = process.env): AuthSettings {
  return readSettings(schema, environment);
}
