// Registers what the suite signs in with, and writes its configuration of a plan to standard output: it holds secrets,
// private keys and a password.
// Usage: make-plan.mjs SUITE_URL ISSUER ACCOUNTS_FILE openid|backchannel|fapi2, with accounts as
// deploy/docker/demo-accounts.json has them: an admin, who registers, and signs in at the suite's bidding, and somebody
// else, who lets no client do anything.
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const ALIAS = 'gatehouse';

/** The clients of a plan, by their names in its configuration. */
const CLIENTS = {
  openid: { client: registerWithSecret, client2: registerWithSecret, client_secret_post: registerWithSecret },
  // No other plan takes it that a client is told of a sign-out.
  backchannel: { client: registerToBeTold },
  fapi2: { client: registerWithKey, client2: registerWithKey },
};

const [suite, issuer, accountsFile, kind] = process.argv.slice(2);
if (!Object.hasOwn(CLIENTS, kind ?? ''))
  throw new Error(`usage: make-plan.mjs SUITE_URL ISSUER ACCOUNTS_FILE ${Object.keys(CLIENTS).join('|')}`);
const accounts = JSON.parse(await readFile(accountsFile, 'utf8'));
const admin = accounts.find(({ roles }) => roles.at(-1) === 'admin');
const other = accounts.find(({ roles }) => roles.at(-1) !== 'admin');
const { accessToken } = await post('/v1/auth/login', { email: admin.email, password: admin.password });
const authorization = `Bearer ${accessToken}`;
const ofSuite = (path) => new URL(`/test/a/${ALIAS}/${path}`, suite).href;
/** Keeps a page where the module at hand has asked for one as evidence. */
const keepPage = (title) => ['wait', 'css', 'h1', 10, title, 'update-image-placeholder-optional'];

const plan = {
  alias: ALIAS,
  description: 'Gatehouse',
  server: { discoveryUrl: `${issuer}/.well-known/openid-configuration` },
  // Where the suite tries its access tokens.
  resource: { resourceUrl: `${issuer}/v1/resources` },
  browser: [...entering([signIn(), consent()]), ...leaving()],
  override: {
    // These ask for the page on which a person signs in once more.
    'oidcc-prompt-login': { browser: entering([signIn(admin, keepPage('Sign in')), consent()]) },
    'oidcc-max-age-1': { browser: entering([signIn(admin, keepPage('Sign in')), consent()]) },
    // This one looks at a page and goes away, before it goes there in earnest.
    'fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds': {
      browser: [
        { match: `${issuer}/oauth2/auth*`, 'match-limit': 1, tasks: [] },
        ...entering([signIn(), consent()]),
      ],
    },
    // Whoever has consented before is not asked.
    'fapi2-security-profile-final-user-rejects-authentication': {
      browser: entering([signIn(other), consent('deny')]),
    },
  },
};
for (const [name, register] of Object.entries(CLIENTS[kind])) plan[name] = await register(name);
process.stdout.write(`${JSON.stringify(plan, undefined, 2)}\n`);

/** @returns the client as the suite takes it, with the secret that only the suite has */
async function registerWithSecret(name, more = {}) {
  const { client, secret } = await register(name, { plainRequests: true, ...more });
  return { client_id: client.id, client_secret: secret, scope: 'openid offline_access' };
}

function registerToBeTold(name) {
  return registerWithSecret(name, { logoutUri: ofSuite('backchannel_logout') });
}

/** @returns the client as the suite takes it, with the private key that only the suite has */
async function registerWithKey(name) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const named = { kid: name, use: 'sig', alg: 'PS256' };
  const { client } = await register(name, {
    dpopBoundAccessTokens: true,
    jwks: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), ...named }] }),
  });
  const jwks = { keys: [{ ...privateKey.export({ format: 'jwk' }), ...named }] };
  return { client_id: client.id, scope: 'openid offline_access resources:read', jwks };
}

function register(name, more) {
  const registration = {
    displayName: `Conformance ${name}`,
    kind: 'CLIENT_KIND_WEB',
    grantTypes: ['GRANT_TYPE_AUTHORIZATION_CODE', 'GRANT_TYPE_REFRESH_TOKEN'],
    redirectUris: [ofSuite('callback'), `${ofSuite('callback')}?dummy1=lorem&dummy2=ipsum`],
    logoutRedirectUris: [ofSuite('post_logout_redirect')],
    permissions: ['resources:read'],
    ...more,
  };
  return post('/v1/clients', registration, { authorization });
}

/** What the suite's browser does with an authorization request. */
function entering(tasks) {
  return [{ match: `${issuer}/oauth2/auth*`, tasks: [readRefusal(), ...tasks, arrive()] }];
}

function leaving() {
  return [{ match: `${issuer}/oauth2/logout*`, tasks: [signOut(), readFarewell(), arrive()] }];
}

/** What cannot be sent back to the client is said on a page. */
function readRefusal() {
  return { task: 'Refusal', match: `${issuer}/oauth2/auth*`, optional: true, commands: [keepPage('.')] };
}

/** @param before what is done with the page first */
function signIn({ email, password } = admin, ...before) {
  const commands = [
    ...before,
    ['text', 'name', 'email', email, 'optional'],
    ['text', 'name', 'password', password, 'optional'],
    // The button of this page, and not of the next one, has no name.
    ['click', 'css', 'button.main:not([name])', 'optional'],
  ];
  return { task: 'Sign in', match: `${issuer}/oauth2/interaction/*`, optional: true, commands };
}

function consent(decision = 'allow') {
  const commands = [['click', 'css', `button[name=decision][value=${decision}]`]];
  return { task: 'Consent', match: `${issuer}/oauth2/interaction/*`, optional: true, commands };
}

function signOut() {
  const commands = [['click', 'css', 'button[name=logout]', 'optional']];
  return { task: 'Sign out', match: `${issuer}/oauth2/logout*`, optional: true, commands };
}

/** Where no client has a place to go on to, or the request was refused. */
function readFarewell() {
  return { task: 'Farewell', match: `${issuer}/oauth2/logout*`, optional: true, commands: [keepPage('.')] };
}

/** The suite's own page, which says so when it has read what came with the redirect. */
function arrive() {
  const commands = [['wait', 'id', 'submission_complete', 10]];
  return { task: 'Arrive', match: `${ofSuite('callback')}*`, optional: true, commands };
}

async function post(path, body, headers = {}) {
  const response = await fetch(`${issuer}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
