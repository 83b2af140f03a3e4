import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readBack } from './read-back.js';
import { RestCaller } from './rest-caller.js';
import { UserOfLoad } from './user-of-load.js';
import { Written } from './written.js';

/** What the system that is asked still has of what somebody wrote. */
const THERE = {
  owned: [
    { id: 'kept', content: 'second' },
    { id: 'behind', content: 'first' },
    { id: 'unclear', content: 'perhaps' },
  ],
  shared: [{ id: 'shared' }],
  bio: 'hello',
};

let server: Server;
let rest: RestCaller;
beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    if (url.startsWith('/v1/users/me')) response.end(JSON.stringify({ bio: THERE.bio }));
    else {
      const isShared = new URL(url, 'http://localhost').searchParams.has('filter.sharedWithMe');
      response.end(JSON.stringify({ resources: isShared ? THERE.shared : THERE.owned }));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  rest = new RestCaller([`http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
});
afterAll(() => {
  rest?.[Symbol.dispose]();
  server?.close();
});

const user = () =>
  new UserOfLoad(
    { subject: 'me', email: '', password: '', uses: 'api key', apiKey: 'secret' },
    { rest, renewAfterMs: Infinity, sticky: false },
  );

function wrote(...documents: readonly (readonly [id: string, content: string])[]): Written {
  const written = new Written();
  for (const [id, acknowledged] of documents) {
    written.add({ kind: 'resource', id, owner: 'me', acknowledged });
  }
  return written;
}

it('finds what was written', async () => {
  const written = wrote(['kept', 'second']);
  written.add({ kind: 'profile', id: 'me', owner: 'me', acknowledged: 'hello' });
  written.shares.push({ resourceId: 'shared', subject: 'me' });
  expect(await readBack(written, [user()], rest)).toEqual({ lookedFor: 3, lost: 0 });
});

it('misses what is gone, what is older than the last write, and a share that nobody sees', async () => {
  const written = wrote(['kept', 'second'], ['behind', 'second'], ['gone', 'first']);
  written.shares.push({ resourceId: 'unseen', subject: 'me' });
  written.add({ kind: 'profile', id: 'me', owner: 'me', acknowledged: 'goodbye' });
  expect(await readBack(written, [user()], rest)).toEqual({ lookedFor: 5, lost: 4 });
});

it('takes either of two for a write of which nobody knows what became', async () => {
  const written = wrote(['unclear', 'before'], ['kept', 'second']);
  for (const document of written.documents) document.uncertain = 'perhaps';
  expect(await readBack(written, [user()], rest)).toEqual({ lookedFor: 2, lost: 0 });
});
