import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { login, profileOf, newPerson, withRole, type Person } from '../client/person.js';
import { RestClient, succeeded } from '../client/rest-client.js';
import { startOwnSystem, type OwnSystem } from '../system/own-system.js';
import { signInDemo } from '../system/system-facts.js';
import { Load } from './load.js';

interface Written {
  readonly id: string;
  readonly title: string;
}

/** Enough that a kill meets calls under way. */
const WRITERS = 4;

let own: OwnSystem;
let rest: RestClient;
let writer: Person;

beforeAll(async () => {
  own = await startOwnSystem();
  rest = new RestClient(own.addresses.gateway);
  const person = await newPerson(rest, 'Writer');
  writer = await withRole(rest, await signInDemo(own, 'admin'), person, 'editor');
  await profileOf(rest, writer);
});
afterAll(async () => {
  await own?.[Symbol.asyncDispose]();
});

/** Creates resources without end; a create that was not acknowledged is tried again under its request ID. */
function createResources(acknowledged: Map<string, Written>): Load {
  const asWriter = rest.as(writer.accessToken);
  const pending: string[] = [];
  return new Load(WRITERS, async () => {
    const requestId = pending.pop() ?? randomUUID();
    const body = { title: `crash ${requestId}` };
    try {
      const answer = await asWriter.post<Written>(`/v1/resources?requestId=${requestId}`, body);
      if (answer.status === 200) acknowledged.set(requestId, answer.body);
      else pending.push(requestId);
      return answer;
    } catch (error) {
      pending.push(requestId);
      throw error;
    }
  });
}

/** Every resource of the writer, page by page, titles counted. */
async function storedTitles(): Promise<Map<string, number>> {
  const titles = new Map<string, number>();
  let pageToken = '';
  do {
    const query = new URLSearchParams({ pageSize: '200', pageToken, 'filter.owner': writer.subject });
    const page = succeeded(
      await rest
        .as(writer.accessToken)
        .get<{ resources?: Written[]; nextPageToken?: string }>(`/v1/resources?${query.toString()}`),
    );
    for (const { title } of page.resources ?? []) titles.set(title, (titles.get(title) ?? 0) + 1);
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  return titles;
}

describe('kill -9 while writes are under way', () => {
  it.each(['resources', 'resources2', 'gateway'])(
    'of %s loses no acknowledged resource and makes none twice',
    async (victim) => {
      const acknowledged = new Map<string, Written>();
      await using load = createResources(acknowledged);
      await load.successes(40);
      await own.system.kill(victim);
      await own.system.restart(victim);
      await load.successes(40);
      await load.end();
      const stored = await storedTitles();
      expect(acknowledged.size).toBeGreaterThanOrEqual(80);
      for (const { title } of acknowledged.values()) expect([title, stored.get(title)]).toEqual([title, 1]);
      expect([...stored.values()].every((times) => times === 1)).toBe(true);
    },
  );

  it.each(['users', 'users2'])('of %s loses no acknowledged change of a profile', async (victim) => {
    const asWriter = rest.as(writer.accessToken);
    let attempted = 0;
    let acknowledged = 0;
    await using load = new Load(1, async () => {
      const number = ++attempted;
      const answer = await asWriter.patch('/v1/users/me?updateMask=bio', { bio: String(number) });
      if (answer.status === 200) acknowledged = number;
      return answer;
    });
    await load.successes(20);
    await own.system.kill(victim);
    await own.system.restart(victim);
    await load.successes(20);
    await load.end();
    const { bio } = succeeded(await asWriter.get<{ bio: string }>('/v1/users/me'));
    expect(Number(bio)).toBeGreaterThanOrEqual(acknowledged);
    expect(acknowledged).toBeGreaterThanOrEqual(40);
  });

  it('of auth loses no acknowledged account', async () => {
    const accounts: { email: string; password: string }[] = [];
    await using load = new Load(2, async () => {
      const account = { email: `${randomUUID()}@example.com`, password: `long enough ${randomUUID()}` };
      const answer = await rest.post('/v1/accounts', { ...account, displayName: 'Crash' });
      if (answer.status === 200) accounts.push(account);
      return answer;
    });
    await load.successes(4);
    await own.system.kill('auth');
    await own.system.restart('auth');
    await load.successes(4);
    await load.end();
    expect(accounts.length).toBeGreaterThanOrEqual(8);
    for (const { email, password } of accounts) {
      // A connection of the gateway may still wait to be made again; that is an outage and no loss.
      await eventually(() => login(rest, email, password));
    }
  });
});
