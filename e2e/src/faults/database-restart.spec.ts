import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { login, newPerson, profileOf, withRole, type Person } from '../client/person.js';
import { RestClient, succeeded } from '../client/rest-client.js';
import { startOwnSystem, type OwnSystem } from '../system/own-system.js';
import { signInDemo } from '../system/system-facts.js';
import { Load } from './load.js';

/** Within this after the database answers, every service serves again by itself. */
const RESUMES_WITHIN_MS = 3_000;
const PROCESSES = ['auth', 'auth2', 'gateway', 'gateway2', 'resources', 'resources2', 'users', 'users2'];

let own: OwnSystem;
let rest: RestClient;
let person: Person;

beforeAll(async () => {
  own = await startOwnSystem();
  rest = new RestClient(own.addresses.gateway);
  person = await withRole(rest, await signInDemo(own, 'admin'), await newPerson(rest, 'Database'), 'editor');
  await profileOf(rest, person);
});
afterAll(async () => {
  await own?.[Symbol.asyncDispose]();
});

it.each(['immediate', 'fast'] as const)(
  'a database that restarts under load (%s) ends no process, and all serve again within 3 s',
  async (how) => {
    const asPerson = rest.as(person.accessToken);
    const created: string[] = [];
    const write = async () => {
      const answer = await asPerson.post<{ id: string }>('/v1/resources', { title: randomUUID() });
      if (answer.status === 200) created.push(answer.body.id);
      return answer;
    };
    await using group = new AsyncDisposableStack();
    const loads = [
      group.use(new Load(3, write)),
      group.use(new Load(3, () => asPerson.get('/v1/users/me'))),
      group.use(new Load(1, () => asPerson.get('/v1/accounts/me'))),
    ];
    await Promise.all(loads.map((load) => load.successes(10)));

    await own.system.restartPostgres(how);
    const back = performance.now();
    const resumed = await Promise.all([
      eventually(async () => succeeded(await write())),
      eventually(async () => succeeded(await asPerson.get('/v1/users/me'))),
      eventually(async () => login(rest, person.email, person.password)),
    ]).then(() => performance.now() - back);
    expect(resumed).toBeLessThan(RESUMES_WITHIN_MS);

    await Promise.all(loads.map((load) => load.successes(10)));
    for (const load of loads) {
      const seen = await load.end();
      // An outage is UNAVAILABLE, or DEADLINE_EXCEEDED: nobody is told that they may not, or that we are broken.
      expect([...seen.keys()].filter((status) => ![200, 503, 504].includes(Number(status)))).toEqual([]);
    }
    for (const id of created) expect((await asPerson.get(`/v1/resources/${id}`)).status).toBe(200);
    expect(own.system.alive.toSorted()).toEqual(PROCESSES);
  },
);
