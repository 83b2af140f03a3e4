import type { Ports } from './config.js';

/** What a service's settings are made from. */
export interface Surroundings {
  readonly ports: Ports;
  /** Files that hold the run-time URL of each database. */
  readonly databaseUrlFiles: Readonly<Record<DatabaseName, string>>;
  readonly secretFiles: Readonly<Record<SecretName, string>>;
  /** Where mails are written, as nobody here has a mail server. */
  readonly mailFolder: string;
  /** Where each replica keeps what it knows of auth. */
  readonly lastKnownFolder: string;
}

export interface ServiceSpec {
  /** Also the name of its port and of its log. */
  readonly name: keyof Ports;
  /** The folder under services/. */
  readonly service: string;
  /** How large its heap may become. V8 would go by the memory of the machine, and collect as late as that allows. */
  readonly heapMiB: number;
  /** GATEHOUSE_ settings, without the prefix; secrets as files. */
  readonly settings: (surroundings: Surroundings) => Readonly<Record<string, string | number>>;
}

/** Each of these services owns one database. */
export const DATABASES = ['auth', 'users', 'resources'] as const;
export type DatabaseName = (typeof DATABASES)[number];

/** Made at the first start: keys are 32 bytes, the others are text. */
export const SECRETS = {
  'key-sealing-key': 'key',
  'users-page-token-key': 'key',
  'resources-page-token-key': 'key',
  'users-client-secret': 'text',
  'resources-client-secret': 'text',
  'gateway-client-secret': 'text',
  'audit-chain-key': 'key',
  'google-client-secret': 'text',
  'github-client-secret': 'text',
} as const;
export type SecretName = keyof typeof SECRETS;

/** The gateway's own address is the issuer, as it serves the key set. */
export function gatewayUrl(ports: Ports): string {
  return `http://127.0.0.1:${ports.gateway}`;
}

const addresses = (...ports: number[]) => ports.map((port) => `127.0.0.1:${port}`).join(',');
const grpcTarget = (...ports: number[]) => `ipv4:${addresses(...ports)}`;

const lastKnown = ({ lastKnownFolder }: Surroundings, replica: keyof Ports) => ({
  LAST_KNOWN_FILE: `${lastKnownFolder}/${replica}`,
});

/** The gateways, which say for whom they call. */
const GATEWAYS = { TRUSTED_PROXIES: '127.0.0.1/32' };

const usersAt = (replica: 'users' | 'users2') => (surroundings: Surroundings) => {
  const { ports, databaseUrlFiles, secretFiles } = surroundings;
  return {
    ...lastKnown(surroundings, replica),
    ...GATEWAYS,
    DATABASE_URL_FILE: databaseUrlFiles.users,
    PAGE_TOKEN_KEY_FILE: secretFiles['users-page-token-key'],
    CLIENT_SECRET_FILE: secretFiles['users-client-secret'],
    ISSUER: gatewayUrl(ports),
    AUTH_ADDRESS: grpcTarget(ports.auth, ports.auth2),
  };
};

const resourcesAt = (replica: 'resources' | 'resources2') => (surroundings: Surroundings) => {
  const { ports, databaseUrlFiles, secretFiles } = surroundings;
  return {
    ...lastKnown(surroundings, replica),
    ...GATEWAYS,
    DATABASE_URL_FILE: databaseUrlFiles.resources,
    PAGE_TOKEN_KEY_FILE: secretFiles['resources-page-token-key'],
    CLIENT_SECRET_FILE: secretFiles['resources-client-secret'],
    ISSUER: gatewayUrl(ports),
    AUTH_ADDRESS: grpcTarget(ports.auth, ports.auth2),
  };
};

const authAt = (http: 'auth_http' | 'auth2_http') => (surroundings: Surroundings) => {
  const { ports, databaseUrlFiles, secretFiles, mailFolder } = surroundings;
  return {
    HTTP_PORT: ports[http],
    DATABASE_URL_FILE: databaseUrlFiles.auth,
    ISSUER: gatewayUrl(ports),
    KEY_SEALING_KEY_FILE: secretFiles['key-sealing-key'],
    CLIENT_SECRET_USERS_FILE: secretFiles['users-client-secret'],
    CLIENT_SECRET_RESOURCES_FILE: secretFiles['resources-client-secret'],
    CLIENT_SECRET_GATEWAY_FILE: secretFiles['gateway-client-secret'],
    AUDIT_CHAIN_KEY_FILE: secretFiles['audit-chain-key'],
    USERS_ADDRESS: grpcTarget(ports.users, ports.users2),
    RESOURCES_ADDRESS: grpcTarget(ports.resources, ports.resources2),
    ...GATEWAYS,
    MAIL_FOLDER: mailFolder,
  };
};

const gatewayAt = (name: 'gateway' | 'gateway2') => (surroundings: Surroundings) => {
  const { ports, secretFiles } = surroundings;
  return {
    ...lastKnown(surroundings, name),
    HTTP_PORT: ports[name],
    CLIENT_SECRET_FILE: secretFiles['gateway-client-secret'],
    ISSUER: gatewayUrl(ports),
    AUTH_ADDRESS: addresses(ports.auth, ports.auth2),
    AUTH_HTTP_ADDRESS: addresses(ports.auth_http, ports.auth2_http),
    USERS_ADDRESS: addresses(ports.users, ports.users2),
    RESOURCES_ADDRESS: addresses(ports.resources, ports.resources2),
  };
};

/** One replica of everything: what people can sign in at. */
export const FIRST_REPLICAS: readonly ServiceSpec[] = [
  { name: 'auth', service: 'auth', heapMiB: 192, settings: authAt('auth_http') },
  { name: 'users', service: 'users', heapMiB: 128, settings: usersAt('users') },
  { name: 'resources', service: 'resources', heapMiB: 128, settings: resourcesAt('resources') },
  { name: 'gateway', service: 'gateway', heapMiB: 128, settings: gatewayAt('gateway') },
];

/** A second one of each, so that a credential that one of them made can be seen to be good at the other. */
export const SECOND_REPLICAS: readonly ServiceSpec[] = [
  { name: 'auth2', service: 'auth', heapMiB: 192, settings: authAt('auth2_http') },
  { name: 'users2', service: 'users', heapMiB: 128, settings: usersAt('users2') },
  { name: 'resources2', service: 'resources', heapMiB: 128, settings: resourcesAt('resources2') },
  { name: 'gateway2', service: 'gateway', heapMiB: 128, settings: gatewayAt('gateway2') },
];

export const SERVICES: readonly ServiceSpec[] = [...FIRST_REPLICAS, ...SECOND_REPLICAS];

const fakeAt =
  (name: 'google' | 'github') =>
  ({ ports, secretFiles }: Surroundings) => ({
    PROVIDER: name,
    PORT: ports[name],
    ORIGIN: fakeUrl(ports, name),
    GATEWAY: gatewayUrl(ports),
    CLIENT_SECRET_FILE: secretFiles[`${name}-client-secret`],
  });

/** What plays Google and GitHub, for whoever wants to sign in with them offline. */
export const FAKE_PROVIDERS: readonly ServiceSpec[] = [
  { name: 'google', service: 'fake-providers', heapMiB: 64, settings: fakeAt('google') },
  { name: 'github', service: 'fake-providers', heapMiB: 64, settings: fakeAt('github') },
];

/** Where a fake is, for browsers and for auth alike: for browsers another site than ours, as the real ones are. */
export function fakeUrl(ports: Ports, name: 'google' | 'github'): string {
  return `http://localhost:${ports[name]}`;
}

/** The settings with which auth knows the fakes: those that it would know Google and GitHub by. */
export function providersOfAuth({ ports, secretFiles }: Surroundings) {
  const [google, github] = [fakeUrl(ports, 'google'), fakeUrl(ports, 'github')];
  const client = (name: 'google' | 'github') => ({
    kind: name,
    clientId: 'gatehouse',
    clientSecretFile: secretFiles[`${name}-client-secret`],
  });
  const providers = [
    { ...client('google'), issuer: google },
    // As if it ran the mailboxes of one domain: people of others are asked to read a mail first.
    { ...client('github'), url: github, apiUrl: `${github}/api/v3`, emailDomains: ['octo.example'] },
  ];
  return { IDENTITY_PROVIDERS: JSON.stringify(providers), OUTBOUND_ADDRESSES: 'any' };
}
