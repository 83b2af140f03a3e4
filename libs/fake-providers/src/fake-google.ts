import type { IncomingMessage, ServerResponse } from 'node:http';
import Provider, { interactionPolicy, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import type { FakeProvider, FakeProviderOptions } from './fake-provider.js';
import { listenFake, readForm, type FakeServer } from './fake-server.js';
import { GOOGLE_FAULTS } from './fault.js';
import { spoilIdToken } from './id-token-faults.js';
import { MapAdapter, type MapStore } from './map-adapter.js';
import { readChoice, sendLostPage, sendPersonPage } from './person-page.js';
import { SigningKeys } from './signing-keys.js';

const TITLE = 'A fake Google';
const PICK = '/pick/';

/** What services ask for; the rest is for browsers. */
const SERVICE_PATHS = new Set(['/.well-known/openid-configuration', '/token', '/jwks', '/me']);

/**
 * Starts a provider that behaves as Google does towards its clients: a real OpenID provider, whose ID tokens hold the
 * claims of the scopes. Nothing is kept.
 */
export async function startFakeGoogle(options: FakeProviderOptions): Promise<FakeProvider> {
  const fake = await listenFake(options, (path) => SERVICE_PATHS.has(path));
  const keys = await SigningKeys.create();
  const provider = new Provider(fake.url, configuration(options, fake, keys));
  provider.use(async (context, next) => {
    await next();
    await spoil(context as KoaContextWithOIDC, options, fake, keys);
  });
  const answer = provider.callback();
  fake.answer = (request, response) => {
    const isPick = request.url?.startsWith(PICK) ?? false;
    const done = isPick ? pick(provider, fake, request, response) : answer(request, response);
    // Such as for a page that was left open for too long.
    done.catch((error: unknown) => response.writeHead(400).end(String(error)));
  };
  return fake;
}

function configuration(
  { clientId, clientSecret, redirectUris }: FakeProviderOptions,
  fake: FakeServer,
  keys: SigningKeys,
): Configuration {
  const prompts = interactionPolicy.base();
  const store: MapStore = new Map();
  // Whoever was here before is asked again.
  const { Check } = interactionPolicy;
  const isAsked = new Check(
    'asked',
    'who signs in is asked each time',
    ({ oidc }) => oidc.result?.login === undefined,
  );
  prompts.get('login')?.checks.add(isAsked);
  return {
    adapter: (kind: string) => new MapAdapter(kind, store),
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [...redirectUris],
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [keys.current.privateJwk] },
    cookies: { keys: ['a fake has no secrets'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified', 'hd'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { policy: prompts, url: (_, { uid }) => PICK + uid },
    findAccount: (_, subject) => ({
      accountId: subject,
      claims: () => ({ sub: subject, ...claimsOf(fake, subject) }),
    }),
    // Everybody consents to everything.
    loadExistingGrant: async ({ oidc }) => {
      const { Grant } = oidc.provider;
      const grant = new Grant({ clientId, accountId: oidc.session?.accountId ?? '' });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      Grant: 300,
      IdToken: 300,
      Interaction: 600,
      Session: 600,
    },
  };
}

function claimsOf({ people, fault, victim }: FakeServer, subject: string): Record<string, unknown> {
  const { name, emails: [email] = [], hostedDomain } = people.get(subject) ?? {};
  // Without an address in the ID token UserInfo is asked for one.
  if (fault === 'wrong-person') return { name };
  const isVictims = fault === 'victim-email';
  return {
    name,
    email: isVictims ? victim : email?.address,
    email_verified: isVictims || email?.verified,
    hd: isVictims ? undefined : hostedDomain,
  };
}

/** Asks who signs in, or knows already. */
async function pick(
  provider: Provider,
  fake: FakeServer,
  request: IncomingMessage,
  response: ServerResponse,
) {
  let subject = fake.signsIn;
  if (request.method === 'POST') subject = readChoice(await readForm(request), fake);
  if (subject === undefined) {
    const page = { title: TITLE, action: request.url ?? '', faults: GOOGLE_FAULTS };
    return sendPersonPage(response, page, fake);
  }
  const result = fake.fault === 'denied' ? { error: 'access_denied' } : { login: { accountId: subject } };
  return provider.interactionFinished(request, response, result);
}

async function spoil(
  context: KoaContextWithOIDC,
  { redirectUris }: FakeProviderOptions,
  { fault, url }: FakeServer,
  keys: SigningKeys,
): Promise<void> {
  const route = context.oidc?.route;
  const body = context.body as Record<string, unknown> | undefined;
  if (route === 'jwks') context.body = { keys: [keys.current.publicJwk] };
  if (route === 'token' && typeof body?.['id_token'] === 'string') {
    context.body = { ...body, id_token: await spoilIdToken(body['id_token'], fault, keys) };
  }
  if (route === 'userinfo' && fault === 'wrong-person') context.body = { ...body, sub: 'somebody else' };
  const location = String(context.res.getHeader('location') ?? '');
  if (!redirectUris.some((uri) => location.startsWith(uri))) return;
  if (fault === 'lost-callback') {
    context.remove('location');
    context.respond = false;
    sendLostPage(context.res, TITLE, location);
  } else if (fault === 'wrong-response-issuer') {
    context.set('location', location.replace(encodeURIComponent(url), encodeURIComponent(`${url}.example`)));
  }
}
