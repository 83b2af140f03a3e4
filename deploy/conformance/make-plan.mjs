// Registers what the suite signs in with, and writes its configuration of a plan to standard output: it holds private
// keys and a password.
// Usage: make-plan.mjs SUITE_URL ISSUER ACCOUNTS_FILE [--dpop], with accounts as deploy/docker/demo-accounts.json has
// them: an admin, who registers, and who signs in at the suite's bidding.
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const ALIAS = 'gatehouse';

const [suite, issuer, accountsFile, option] = process.argv.slice(2);
if (accountsFile === undefined || (option !== undefined && option !== '--dpop'))
  throw new Error('usage: make-plan.mjs SUITE_URL ISSUER ACCOUNTS_FILE [--dpop]');
const accounts = JSON.parse(await readFile(accountsFile, 'utf8'));
const { email, password } = accounts.find(({ roles }) => roles.at(-1) === 'admin');
const { accessToken } = await post('/v1/auth/login', { email, password });
const admin = { authorization: `Bearer ${accessToken}` };
const ofSuite = (path) => new URL(`/test/a/${ALIAS}/${path}`, suite).href;

const plan = {
  alias: ALIAS,
  description: 'Gatehouse',
  server: { discoveryUrl: `${issuer}/.well-known/openid-configuration` },
  client: await register('Conformance'),
  client2: await register('Conformance, the other one'),
  browser: [
    { match: `${issuer}/oauth2/auth*`, tasks: [signIn(), consent(), arrive()] },
    { match: `${issuer}/oauth2/logout*`, tasks: [signOut(), arrive()] },
  ],
};
process.stdout.write(`${JSON.stringify(plan, undefined, 2)}\n`);

/** @returns the client as the suite takes it, with the private key that only the suite has */
async function register(displayName) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const named = { kid: displayName, use: 'sig', alg: 'ES256' };
  const registration = {
    displayName,
    kind: 'CLIENT_KIND_WEB',
    grantTypes: ['GRANT_TYPE_AUTHORIZATION_CODE', 'GRANT_TYPE_REFRESH_TOKEN'],
    redirectUris: [ofSuite('callback')],
    logoutRedirectUris: [ofSuite('post_logout_redirect')],
    logoutUri: ofSuite('backchannel_logout'),
    permissions: ['resources:read'],
    dpopBoundAccessTokens: option === '--dpop',
    jwks: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), ...named }] }),
  };
  const { client } = await post('/v1/clients', registration, admin);
  const jwks = { keys: [{ ...privateKey.export({ format: 'jwk' }), ...named }] };
  return { client_id: client.id, scope: 'openid offline_access resources:read', jwks };
}

function signIn() {
  const commands = [
    ['text', 'name', 'email', email],
    ['text', 'name', 'password', password],
    ['click', 'css', 'form button.main'],
  ];
  return { task: 'Sign in', match: `${issuer}/oauth2/interaction/*`, optional: true, commands };
}

function consent() {
  const commands = [['click', 'css', 'button[name=decision][value=allow]']];
  return { task: 'Consent', match: `${issuer}/oauth2/interaction/*`, optional: true, commands };
}

function signOut() {
  const commands = [['click', 'css', 'button[name=logout]']];
  return { task: 'Sign out', match: `${issuer}/oauth2/logout*`, optional: true, commands };
}

/** The suite's own page, which says so when it has read what came with the redirect. */
function arrive() {
  const commands = [['wait', 'id', 'submission_complete', 10]];
  return { task: 'Arrive', match: ofSuite('*'), optional: true, commands };
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
