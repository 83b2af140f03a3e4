import { readFileSync } from 'node:fs';
import { DEVELOPMENT_SECRET_PREFIX } from '@gatehouse/config';
import { z } from 'zod';

/** A name as it stands in paths. */
const PROVIDER_NAME = /^[a-z][a-z0-9-]{0,31}$/;

/** The domain of addresses, or `*` for every one. */
const emailDomain = z
  .string()
  .regex(/^(\*|[a-z0-9-]+(\.[a-z0-9-]+)+)$/, 'must be a domain in lower case, or *');

const secretFile = z.string().min(1).transform(readSecret);

const shared = {
  name: z.string().regex(PROVIDER_NAME),
  displayName: z.string().min(1).max(40),
  clientId: z.string().min(1).max(512),
  clientSecretFile: secretFile,
  /** The domains whose addresses are the provider's to vouch for. */
  emailDomains: z.array(emailDomain),
};

const baseUrl = z.url({ protocol: /^https?$/, hostname: /.+/ }).refine((text) => !/[?#]/.test(text));

/** The issuer to the letter, as it stands in its metadata and its ID tokens. */
const issuer = baseUrl;

const oidc = z
  .strictObject({
    ...shared,
    kind: z.literal('oidc'),
    displayName: shared.displayName.optional(),
    issuer,
    scopes: z.array(z.string().min(1)).default(['openid', 'email', 'profile']),
    emailDomains: shared.emailDomains.default([]),
  })
  .refine(({ scopes }) => scopes.includes('openid'), 'scopes must have openid among them');

/** Google vouches for its own mailboxes, and for those of the Workspace domain that an ID token names. */
const google = z.strictObject({
  ...shared,
  kind: z.literal('google'),
  name: shared.name.default('google'),
  displayName: shared.displayName.default('Google'),
  issuer: issuer.default('https://accounts.google.com'),
  emailDomains: shared.emailDomains.default(['gmail.com', 'googlemail.com']),
});

/** GitHub has checked the addresses that it calls verified, at some time; none of the mailboxes is its own. */
const github = z.strictObject({
  ...shared,
  kind: z.literal('github'),
  name: shared.name.default('github'),
  displayName: shared.displayName.default('GitHub'),
  /** Of the pages; a GitHub Enterprise Server has one of its own. */
  url: baseUrl.default('https://github.com'),
  apiUrl: baseUrl.default('https://api.github.com'),
  emailDomains: shared.emailDomains.default([]),
});

const provider = z.discriminatedUnion('kind', [oidc, google, github]);

/** How one provider is used. */
export type ProviderSettings = z.output<typeof provider>;

/** The providers that people can sign in with: a JSON array. */
export const identityProviders = z
  .string()
  .transform(parseJson)
  .pipe(z.array(provider))
  .refine(haveOwnNames, 'names must differ');

/** What the settings of providers must agree on with others. */
export interface ProviderEnvironment {
  readonly ENVIRONMENT: string;
  readonly OUTBOUND_ADDRESSES: 'public' | 'any';
  readonly IDENTITY_PROVIDERS: readonly ProviderSettings[];
}

/** Refuses what only development may have: addresses of the own network, providers without TLS, fake ones. */
export function checkProviders(settings: ProviderEnvironment, context: z.RefinementCtx): void {
  const { ENVIRONMENT, OUTBOUND_ADDRESSES, IDENTITY_PROVIDERS } = settings;
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  const production = ENVIRONMENT === 'production';
  if (production && OUTBOUND_ADDRESSES === 'any') {
    refuse('OUTBOUND_ADDRESSES', 'production reaches public addresses alone');
  }
  for (const one of IDENTITY_PROVIDERS) {
    const urls = one.kind === 'github' ? [one.url, one.apiUrl] : [one.issuer];
    if (OUTBOUND_ADDRESSES === 'public' && urls.some((url) => !url.startsWith('https:'))) {
      refuse('IDENTITY_PROVIDERS', `${one.name} needs https`);
    }
    if (production && one.clientSecretFile.startsWith(DEVELOPMENT_SECRET_PREFIX)) {
      refuse('IDENTITY_PROVIDERS', `production refuses a development value for ${one.name}`);
    }
  }
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is no JSON' });
    return z.NEVER;
  }
}

function readSecret(path: string, context: z.RefinementCtx): string {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch (error) {
    context.addIssue({ code: 'custom', message: `${(error as NodeJS.ErrnoException).code} ${path}` });
    return z.NEVER;
  }
}

function haveOwnNames(providers: readonly { readonly name: string }[]): boolean {
  return new Set(providers.map(({ name }) => name)).size === providers.length;
}
