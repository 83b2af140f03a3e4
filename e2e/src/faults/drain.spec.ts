import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { profileOf } from '../client/person.js';
import { RestClient } from '../client/rest-client.js';
import { startOwnSystem, type OwnSystem } from '../system/own-system.js';
import { signInDemo } from '../system/system-facts.js';
import { Load } from './load.js';

let own: OwnSystem;
let asEditor: RestClient;

beforeAll(async () => {
  own = await startOwnSystem();
  const { accessToken } = await signInDemo(own, 'editor');
  asEditor = new RestClient(own.addresses.gateway).as(accessToken);
  await profileOf(asEditor, { accessToken });
});
afterAll(async () => {
  await own?.[Symbol.asyncDispose]();
});

it.each(['resources', 'users2'])('SIGTERM of %s under load is noticed by nobody', async (replica) => {
  await using group = new AsyncDisposableStack();
  const loads = [
    group.use(new Load(4, () => asEditor.get('/v1/resources?pageSize=5'))),
    group.use(new Load(2, () => asEditor.post('/v1/resources', { title: randomUUID() }))),
    group.use(new Load(2, () => asEditor.get('/v1/users/me'))),
    group.use(new Load(1, () => asEditor.patch('/v1/users/me?updateMask=bio', { bio: randomUUID() }))),
  ];
  await Promise.all(loads.map((load) => load.successes(10)));
  expect(await own.system.kill(replica, 'SIGTERM')).toEqual({ code: 0, signal: null });
  await Promise.all(loads.map((load) => load.successes(10)));
  await own.system.restart(replica);
  await Promise.all(loads.map((load) => load.successes(10)));
  for (const load of loads) expect([...(await load.end()).keys()]).toEqual([200]);
});
