import { demoAccount } from '../seed/accounts.js';
import type { RunningSystem } from '../running-system.js';
import type { Narrator } from './narrator.js';
import { RestClient } from './rest-client.js';

const READ = '/v1/resources?pageSize=1';

/** Plays the three credentials: whatever is shown, the services see the same short-lived access token. */
export async function playCredentialsFlow(system: RunningSystem, narrator: Narrator): Promise<void> {
  const rest = new RestClient(system.url, narrator);
  const { email, password } = demoAccount('user');

  narrator.step(
    'The same call by access token,',
    'A program that signed in shows its access token. The gateway verifies it and hands it on as it came.',
  );
  const login = await rest.quietly('POST', '/v1/auth/login', { body: { email, password } });
  const accessToken = String(login.body['accessToken']);
  await rest.call('GET', READ, { accessToken });

  narrator.step(
    'by session cookie,',
    'A browser signs in and gets an opaque secret that no script can read. It is a row in the database of auth, so it can be listed and ended; the gateway exchanges it for an access token and keeps that for minutes.',
  );
  const session = await rest.call('POST', '/v1/sessions', { body: { email, password } });
  const [cookie = ''] = session.headers.getSetCookie().map((text) => text.split(';')[0] ?? '');
  narrator.received(`set-cookie: ${session.headers.getSetCookie().join()}`.replace(/=[\w-]{20,}/, '=...'));
  await rest.call('GET', READ, { headers: { cookie } });
  narrator.seen('and at the other gateway, which has never seen it:');
  const other = new RestClient(system.addresses.gateways.at(-1) ?? system.url, narrator);
  await other.call('GET', READ, { headers: { cookie } });

  narrator.step(
    'and by API key.',
    'A person makes a key for a program: with some of their permissions, an end and, if they like, the addresses it may come from. It is shown this once.',
  );
  const made = await rest.call('POST', '/v1/apiKeys', {
    accessToken,
    body: { displayName: 'made by the demo', permissions: ['resources:read'], lifetime: '3600s' },
  });
  const key = { 'x-api-key': String(made.body['secret']) };
  await rest.call('GET', READ, { headers: key });
  narrator.seen('mistyped by one character, it is refused without asking anybody:');
  const last = key['x-api-key'].at(-1) === '0' ? '1' : '0';
  await rest.call('GET', READ, { headers: { 'x-api-key': key['x-api-key'].slice(0, -1) + last } });

  narrator.step(
    'Two at once are a mistake',
    'Which of them would decide? Nobody has to know: it is refused.',
  );
  await rest.call('GET', READ, { accessToken, headers: key });

  narrator.step('Put away', 'A key and a session are ended by whoever made them.');
  const { id } = made.body['apiKey'] as { id: string };
  await rest.call('DELETE', `/v1/apiKeys/${id}`, { accessToken });
  await rest.call('DELETE', '/v1/sessions/current', { headers: { cookie } });
  await rest.call('GET', READ, { headers: { cookie } });
}
