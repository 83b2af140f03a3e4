import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { demoAccount } from '../seed/accounts.js';
import type { RunningSystem } from '../running-system.js';
import type { Narrator } from './narrator.js';
import { PagesBrowser } from './pages-browser.js';
import { RestClient, shortened } from './rest-client.js';

/** Where the app has people sent back to. Nobody listens: the code is read from the address. */
const REDIRECT_URI = 'http://127.0.0.1:8090/callback';

const READ = '/v1/resources?pageSize=1';

/** How often the app asks, and when we give up, in milliseconds. */
const EVERY_MS = 2;
const PATIENCE_MS = 10_000;

/** Plays delegated access: consent, calls that it covers and one that it does not, and its withdrawal. */
export async function playDelegationFlow(system: RunningSystem, narrator: Narrator): Promise<void> {
  const rest = new RestClient(system.url, narrator);
  const admin = await signIn(rest, 'admin');
  const clientId = await registerApp(rest, narrator, admin);
  try {
    const code = await consent(system, narrator, clientId);
    const app = await redeem(system, narrator, clientId, code);

    narrator.step(
      'What was consented to, and no more',
      'Ada may delete; the app of hers may not. Every replica reads that from the access token alone.',
    );
    const list = await rest.call('GET', READ, { accessToken: app });
    const [resource] = list.body['resources'] as { readonly id: string }[];
    await rest.call('DELETE', `/v1/resources/${resource?.id ?? ''}`, { accessToken: app });

    narrator.step(
      'Withdrawn',
      'Ada disconnects the app. The access token would be good for minutes; it is refused at once.',
    );
    await withdraw(rest, narrator, { admin, clientId, app });
  } finally {
    await rest.quietly('POST', `/v1/clients/${clientId}:disable`, { accessToken: admin, body: {} });
  }
}

async function signIn(rest: RestClient, role: string): Promise<string> {
  const { email, password } = demoAccount(role);
  const { body } = await rest.quietly('POST', '/v1/auth/login', { body: { email, password } });
  return String(body['accessToken']);
}

async function registerApp(rest: RestClient, narrator: Narrator, admin: string): Promise<string> {
  narrator.step(
    'An app of somebody else’s',
    'It is registered by an admin, with the addresses that it may send people back to and the most that it may ever ask for. This one keeps no secret.',
  );
  const body = {
    displayName: 'Reading list of the demo',
    kind: 'CLIENT_KIND_NATIVE',
    grantTypes: ['GRANT_TYPE_AUTHORIZATION_CODE'],
    redirectUris: [REDIRECT_URI],
    permissions: ['resources:read'],
  };
  const made = await rest.call('POST', '/v1/clients', { accessToken: admin, body });
  return (made.body['client'] as { readonly id: string }).id;
}

/** What the app remembers from sending a browser to Gatehouse until it comes back. */
interface Consented {
  readonly code: string;
  readonly verifier: string;
}

async function consent(system: RunningSystem, narrator: Narrator, clientId: string): Promise<Consented> {
  narrator.step(
    'Consent',
    'The app sends Ada’s browser to Gatehouse. She signs in there, where the app does not see her password, reads what it asks for in the words of the contract, and allows it. The browser goes back with a code that is good once.',
  );
  const verifier = randomBytes(32).toString('base64url');
  const asked = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid resources:read',
    prompt: 'consent',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const browser = new PagesBrowser(system.url);
  const { email, password } = demoAccount('admin');
  narrator.sent(`GET /oauth2/auth?${asked.toString().slice(0, 80)}...`);
  const login = await browser.visit(`/oauth2/auth?${asked.toString()}`);
  narrator.received(`a page: ${headingOf(login.text)}`);
  const question = await browser.submit(login, { email, password });
  narrator.received(`a page: ${headingOf(question.text)}`);
  for (const [, words = ''] of question.text.matchAll(/<li><strong>([^<]*)<\/strong>/g))
    narrator.seen(`- ${words}`);
  narrator.sent(`POST ${question.url.pathname}`, 'decision=allow');
  const back = await browser.submit(question, { decision: 'allow' });
  const code = back.url.searchParams.get('code') ?? '';
  narrator.received(`302 to ${REDIRECT_URI}?code=${shortened(code)}`);
  return { code, verifier };
}

async function redeem(
  system: RunningSystem,
  narrator: Narrator,
  clientId: string,
  { code, verifier }: Consented,
): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    code,
    code_verifier: verifier,
  });
  narrator.sent('POST /oauth2/token', 'grant_type=authorization_code&code=...&code_verifier=...');
  const answer = await fetch(`${system.url}/oauth2/token`, { method: 'POST', body });
  const tokens = (await answer.json()) as Partial<Record<string, unknown>>;
  const accessToken = String(tokens['access_token'] ?? '');
  if (accessToken === '') throw new Error(`The code was answered ${String(tokens['error'])}.`);
  narrator.received(
    `${answer.status}, scope ${String(tokens['scope'])}, access token ${shortened(accessToken)}`,
  );
  return accessToken;
}

/** Who withdraws what. */
interface Withdrawal {
  /** The access token of the person. */
  readonly admin: string;
  readonly clientId: string;
  /** The access token of the app. */
  readonly app: string;
}

async function withdraw(
  rest: RestClient,
  narrator: Narrator,
  { admin, clientId, app }: Withdrawal,
): Promise<void> {
  const { body } = await rest.quietly('GET', '/v1/grants', { accessToken: admin });
  const grants = body['grants'] as { readonly id: string; readonly clientId: string }[];
  const grant = grants.find((each) => each.clientId === clientId);
  await rest.call('DELETE', `/v1/grants/${grant?.id ?? ''}`, { accessToken: admin });
  const withdrawnAt = performance.now();
  const giveUp = withdrawnAt + PATIENCE_MS;
  let answer = await rest.quietly('GET', READ, { accessToken: app });
  while (answer.status === 200 && performance.now() < giveUp) {
    await delay(EVERY_MS);
    answer = await rest.quietly('GET', READ, { accessToken: app });
  }
  const after = (performance.now() - withdrawnAt).toFixed(0);
  narrator.received(`the app: ${answer.status}, ${after} ms after the withdrawal was acknowledged`);
}

function headingOf(page: string): string {
  return /<h1[^>]*>([^<]*)</.exec(page)?.[1]?.trim() ?? 'without a heading';
}
