import { demoAccount } from '../seed/accounts.js';
import type { Narrator } from './narrator.js';
import { RestClient } from './rest-client.js';
import type { RunningSystem } from '../running-system.js';

/** Plays authorization: what a normal user may not do, and an admin may. */
export async function playPermissionFlow(
  system: RunningSystem,
  narrator: Narrator,
  userToken: string,
): Promise<void> {
  const rest = new RestClient(system.url, narrator);

  narrator.step(
    'A normal user reads',
    'Authorization comes second: what may you do? The scope holds resources:read, so reading is fine.',
  );
  const list = await rest.call('GET', '/v1/resources?pageSize=1', { accessToken: userToken });
  const [first] = (list.body['resources'] ?? []) as { id: string }[];

  narrator.step(
    'and is refused a delete',
    'DeleteResource asks for resources:delete. The refusal names what is missing, and is given before anyone looks whether the resource exists.',
  );
  await rest.call('DELETE', `/v1/resources/${first?.id}`, { accessToken: userToken });

  const { email, password } = demoAccount('admin');
  narrator.step(
    'An admin signs in',
    'Roles are sets of permissions. They are looked up once, at sign-in, and travel in the scope.',
  );
  const login = await rest.call('POST', '/v1/auth/login', { body: { email, password } });
  const accessToken = String(login.body['accessToken']);
  narrator.seen(`scope   ${String(login.body['scope'])}`);

  narrator.step('and creates,', 'The reply is the resource, with an etag that changes with every change.');
  const created = await rest.call('POST', '/v1/resources', {
    accessToken,
    body: { title: 'Made by the demo', content: 'first', visibility: 'VISIBILITY_INTERNAL' },
  });
  const path = `/v1/resources/${String(created.body['id'])}`;
  const etag = String(created.body['etag']);

  narrator.step(
    'updates,',
    'With If-Match an update happens only to the version it was meant for; the second one comes too late.',
  );
  await rest.call('PATCH', path, {
    accessToken,
    body: { content: 'second' },
    headers: { 'if-match': `"${etag}"` },
  });
  await rest.call('PATCH', path, {
    accessToken,
    body: { content: 'third' },
    headers: { 'if-match': `"${etag}"` },
  });

  narrator.step('and deletes.', 'What is gone is NOT_FOUND, as is what one may not see.');
  await rest.call('DELETE', path, { accessToken });
  await rest.call('GET', path, { accessToken });
}
