import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { RestCaller } from './rest-caller.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function gateway(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address at which nothing listens any more. */
async function nobody(): Promise<string> {
  const url = await gateway(() => undefined);
  const server = servers.pop();
  server?.close();
  return url;
}

const good: RequestListener = (_request, response) => void response.end('{"fine":true}');
const breaks: RequestListener = ({ socket }) => void socket.destroy();
const away =
  (reason: string): RequestListener =>
  (_request, response) =>
    void response.writeHead(503, { 'retry-after': '0' }).end(JSON.stringify({ reason }));

const READ = { method: 'GET', target: '/v1/things', body: undefined };
const WRITE = { method: 'POST', target: '/v1/things', body: { title: 'a thing' } };

describe('a caller', () => {
  const send = async (first: string, request: typeof READ | typeof WRITE) => {
    using rest = new RestCaller([first, await gateway(good)]);
    const {
      status,
      attempts,
      gateway: by,
    } = await rest.send(request, {
      resend: request === READ,
      gateway: 0,
    });
    return { status, attempts, by };
  };
  const again = { status: 200, attempts: 2, by: 1 };

  it('sends again what was cut off, if doing it twice is the same', async () => {
    expect(await send(await gateway(breaks), READ)).toEqual(again);
    expect(await send(await gateway(away('PEER_UNAVAILABLE')), READ)).toEqual(again);
  });

  it('does not send a write again of which nobody knows what became', async () => {
    expect(await send(await gateway(breaks), WRITE)).toEqual({ status: 0, attempts: 1, by: 0 });
    const unknown = await send(await gateway(away('PEER_UNAVAILABLE')), WRITE);
    expect(unknown).toEqual({ status: 503, attempts: 1, by: 0 });
  });

  it('sends a write again of which nothing was done', async () => {
    expect(await send(await nobody(), WRITE)).toEqual(again);
    expect(await send(await gateway(away('OVERLOADED')), WRITE)).toEqual(again);
  });

  it('stops sending again when it has done so too often', async () => {
    using rest = new RestCaller([await gateway(away('PEER_UNAVAILABLE'))]);
    const sent = () => rest.send(READ, { resend: true });
    const attempts: number[] = [];
    for (let call = 0; call < 30; call++) attempts.push((await sent()).attempts);
    expect(attempts[0]).toBe(4);
    expect(attempts.slice(-5).every((count) => count <= 2)).toBe(true);
  });
});
