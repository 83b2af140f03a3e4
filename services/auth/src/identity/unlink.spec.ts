import { SESSION_COOKIE } from '@gatehouse/session-cookie';
import * as openid from 'openid-client';
import { SpecBrowser } from '../spec/browser.js';
import { fakeProviders, PEOPLE, type FakeProviders } from '../spec/fake-providers.js';
import { identityCalls, linkedIdentity } from '../spec/identity-calls.js';
import { faultOf, oauthParty, signInAt } from '../spec/oauth-party.js';
import { LoginBrowser } from '../spec/provider-login.js';
import { runningAuth, type RunningAuth } from '../spec/running-auth.js';

let fakes: FakeProviders;
let auth: RunningAuth;
beforeAll(async () => {
  fakes = await fakeProviders();
  auth = await runningAuth({ GATEHOUSE_HTTP_PORT: '0', ...fakes.settings });
});
afterAll(async () => {
  await auth.close();
  await fakes.close();
});

it('unlinking an identity ends what apps were let do by whoever signed in with it, and nothing else of apps', async () => {
  const { sql } = auth.database;
  const person = await auth.signedIn();
  const id = await linkedIdentity(auth.database, person.id);
  const { subject } = PEOPLE.gina;
  await sql`update identity set issuer = ${fakes.google.url}, subject = ${subject} where id = ${id}`;
  const login = new LoginBrowser(auth.service.httpPort!);
  await login.signIn('google', fakes.google, subject);
  const byIdentity = new SpecBrowser(() => auth.service.httpPort!);
  byIdentity.cookies.set(SESSION_COOKIE, login.secret);
  const byPassword = new SpecBrowser(() => auth.service.httpPort!);
  const asking = { scope: 'openid offline_access resources:read', prompt: 'consent' };
  const outcomes: Record<string, () => Promise<string>> = {};
  for (const [name, browser] of Object.entries({ byIdentity, byPassword })) {
    const party = await oauthParty(auth);
    const tokens = await signInAt(party, browser, person, asking);
    outcomes[name] = () => faultOf(openid.refreshTokenGrant(party.config, tokens.refresh_token!));
  }
  const identities = identityCalls(auth.service.port);
  await identities.unlink(id, person.accessToken);
  identities.close();
  expect(await outcomes['byIdentity']!()).toBe('invalid_grant');
  expect(await outcomes['byPassword']!()).toBe('OK');
  expect(await sql`select kind from revocation where kind = 'grant'`).toHaveLength(1);
});
