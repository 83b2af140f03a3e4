import { randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { makeApiKey, withApiKey, type MadeApiKey } from '../client/api-key.js';
import { signInAs, withSession } from '../client/browser-session.js';
import { askForTokens, connectApp, registerApp } from '../client/connected-app.js';
import { Mailbox } from '../client/mailbox.js';
import { login, newPerson, type Person, type TokenSetBody } from '../client/person.js';
import { RestClient, succeeded } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';

const system = sharedSystem();
const [first, second] = system.addresses.gateways.map((url) => new RestClient(url)) as [
  RestClient,
  RestClient,
];

/** What is logged of these is a leak, whoever's it is: signed texts, keys, the passwords and cookies of journeys. */
const SECRETS = [
  /eyJ[A-Za-z0-9_-]{10,}/,
  /gh_(?:test|live)_[0-9A-Za-z]{22}_/,
  /(?:long enough|another one) [0-9a-f]{8}-/,
  /__Host-gatehouse=/,
];

/** Every form in which a text might turn up. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = [secret, bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')];
  return [...forms, ...forms.map(encodeURIComponent)];
}

/** Has an app come by its secrets, and use them where they do not belong. @returns all of them */
async function useSecretsOfApp(person: Pick<Person, 'email' | 'password'>): Promise<readonly string[]> {
  const { gateway } = system.addresses;
  const asAdmin = first.as((await signInDemo(system, 'admin')).accessToken);
  const permissions = ['resources:read'];
  const clientId = await registerApp(asAdmin, permissions);
  const { secret } = await signInAs(second, person);
  const { code, accessToken, refreshToken } = await connectApp(gateway, clientId, secret, permissions);
  await askForTokens(gateway, clientId, { grant_type: 'refresh_token', refresh_token: code });
  await askForTokens(gateway, clientId, { grant_type: 'authorization_code', code: refreshToken });
  return [secret, code, accessToken, refreshToken];
}

/** Uses a secret of each kind, rightly and where it does not belong. @returns all of them */
async function useSecrets(): Promise<readonly string[]> {
  const person = await newPerson(first, 'Piet');
  const { email, password, accessToken, refreshToken } = person;
  const next = succeeded(await second.post<TokenSetBody>('/v1/auth/refresh', { refreshToken }));
  const asPerson = first.as(next.accessToken);
  const browser = await signInAs(second, person);
  const key = await makeApiKey(asPerson, { permissions: ['resources:read'] });
  const rotated = succeeded(await asPerson.post<MadeApiKey>(`/v1/apiKeys/${key.apiKey.id}:rotate`, {}));
  for (const rest of [withSession(first, browser), withApiKey(first, rotated.secret)]) {
    expect((await rest.get('/v1/accounts/me')).status).toBe(200);
  }
  const mailbox = new Mailbox(system.mailFolder, email);
  succeeded(await asPerson.post('/v1/accounts/me:requestEmailVerification', {}));
  const verification = await mailbox.code('Verify your address');
  succeeded(await first.post('/v1/accounts:verifyEmail', { code: verification }));
  succeeded(await first.post('/v1/accounts:requestPasswordReset', { email }));
  const code = await mailbox.code('Set a new password');
  const newPassword = `long enough ${randomUUID()}`;
  succeeded(await second.post('/v1/accounts:resetPassword', { code, newPassword }));
  const last = await login(first, email, newPassword);
  succeeded(await first.post('/v1/auth/revoke', { token: last.refreshToken }));

  const ofApp = await useSecretsOfApp({ email, password: newPassword });

  const guessed = `canary ${randomBytes(12).toString('hex')}`;
  await first.post('/v1/auth/login', { email, password: guessed });
  await first.post('/v1/accounts:resetPassword', { code: guessed, newPassword: guessed });
  await first.post('/v1/auth/login', { email: { password: guessed } });
  await first.post('/v1/sessions', { email, passwort: guessed });
  const used = [accessToken, refreshToken, next.accessToken, next.refreshToken, last.accessToken];
  used.push(last.refreshToken, browser.secret, key.secret, rotated.secret, verification, code, ...ofApp);
  for (const secret of used) {
    await second.get(`/v1/accounts/me?access_token=${secret}`);
    await second.as(secret).get('/v1/accounts/me');
    await withApiKey(second, secret).get('/v1/accounts/me');
    await second.showing({ kind: 'session', secret }).get('/v1/accounts/me');
    await second.post('/v1/auth/refresh', { refreshToken: secret });
  }
  return [...used, password, newPassword, guessed];
}

it('no secret that is used is in any line that any process logs', async () => {
  const secrets = await useSecrets();
  const files = (await readdir(system.logFolder)).filter((name) => name.endsWith('.log'));
  expect(files).toEqual(expect.arrayContaining(['auth.log', 'auth2.log', 'gateway.log', 'gateway2.log']));
  for (const file of files) {
    const log = await readFile(join(system.logFolder, file), 'utf8');
    if (file !== 'postgres.log') expect(log).not.toBe('');
    for (const pattern of SECRETS) expect(log).not.toMatch(pattern);
    for (const form of secrets.flatMap(formsOf)) expect([file, log.includes(form)]).toEqual([file, false]);
  }
});
