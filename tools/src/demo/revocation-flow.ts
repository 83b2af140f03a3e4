import { setTimeout as delay } from 'node:timers/promises';
import { contract } from '@gatehouse/contracts';
import { ResourceServiceClient } from '@gatehouse/contracts/resources';
import { UserServiceClient } from '@gatehouse/contracts/users';
import { AppError } from '@gatehouse/errors';
import { callUnary, openClient, type UnaryMethod } from '@gatehouse/grpc/client';
import { status } from '@grpc/grpc-js';
import { demoAccount } from '../seed/accounts.js';
import type { RunningSystem } from '../running-system.js';
import type { Narrator } from './narrator.js';
import { RestClient } from './rest-client.js';

/** How often each replica is asked, and when we give up, in milliseconds. */
const EVERY_MS = 2;
const PATIENCE_MS = 10_000;

const LIST = { pageSize: 1, pageToken: '', filter: undefined, orderBy: '' };

/** Plays revocation: an access token that is still good by its own claims is refused by every replica at once. */
export async function playRevocationFlow(system: RunningSystem, narrator: Narrator): Promise<void> {
  const rest = new RestClient(system.url, narrator);
  narrator.step(
    'The price of signed tokens, paid back',
    'Three replicas verify an access token alone, without asking anyone. Now its sign-in ends: each of them follows the feed of revocations by itself, and refuses a token that has minutes to live.',
  );
  const { email, password } = demoAccount('user');
  const login = await rest.quietly('POST', '/v1/auth/login', { body: { email, password } });
  const accessToken = String(login.body['accessToken']);
  const [first = '', second = ''] = system.addresses.resources;
  const [users = ''] = system.addresses.users;
  const resources = openClient(ResourceServiceClient, first, contract);
  const resources2 = openClient(ResourceServiceClient, second, contract);
  const directory = openClient(UserServiceClient, users, contract);
  const asked = [
    { name: 'resources', ask: asking(resources.listResources.bind(resources), LIST) },
    { name: 'resources2', ask: asking(resources2.listResources.bind(resources2), LIST) },
    { name: 'users', ask: asking(directory.getProfile.bind(directory), {}) },
  ];
  try {
    for (const { name, ask } of asked) narrator.received(`${name}: ${await ask(accessToken)}`);
    const refusals = asked.map(async ({ name, ask }) => {
      const giveUp = performance.now() + PATIENCE_MS;
      for (;;) {
        const answer = await ask(accessToken);
        if (answer !== 'OK') return { name, answer, at: performance.now() };
        if (performance.now() > giveUp) return { name, answer: 'still OK', at: performance.now() };
        await delay(EVERY_MS);
      }
    });
    await rest.call('POST', '/v1/auth/logout', { body: { refreshToken: login.body['refreshToken'] } });
    const endedAt = performance.now();
    for (const { name, answer, at } of await Promise.all(refusals)) {
      const after = Math.max(0, at - endedAt).toFixed(0);
      narrator.received(`${name}: ${answer}, ${after} ms after the logout was acknowledged`);
    }
  } finally {
    for (const client of [resources, resources2, directory]) client.close();
  }
}

/** Asks and says how it was answered, by the name of the code. */
function asking<Request, Reply>(method: UnaryMethod<Request, Reply>, request: Request) {
  return async (accessToken: string): Promise<string> => {
    try {
      await callUnary(method, request, { timeoutMs: 5_000, accessToken });
      return 'OK';
    } catch (error) {
      if (error instanceof AppError) return status[error.code];
      throw error;
    }
  };
}
