import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { startFeedGateway, type FeedGateway } from '../spec/feed-gateway.js';
import { Exchange } from './exchange.js';

const MIB = 1024 * 1024;
/** In JSON a character of these takes six. */
const TEXT = '\u0001'.repeat(MIB);
const CALLERS = 12;
/** As many as there is room for, of six and a bit MiB each. */
const ROOM = 5;
const READ = 'GET /v1/feeds/news';

let gateway: FeedGateway;
const sockets: Socket[] = [];
beforeAll(async () => {
  gateway = await startFeedGateway();
  gateway.feed.behaviour = {
    Read: () => ({ text: TEXT }),
    Fetch: () => new Promise(() => undefined),
    Watch: (call) => void call.write({ text: TEXT }),
  };
});
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));
afterAll(() => gateway.stop());

const requestOf = (head: string, rest = '\r\n') =>
  `${head} HTTP/1.1\r\nhost: h\r\nauthorization: Bearer ${gateway.accessToken()}\r\n${rest}`;

/** Asks for answers on one connection and reads nothing of them. */
function ask(...requests: readonly string[]): void {
  const socket = connect(gateway.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  sockets.push(socket);
  socket.write(requests.join(''));
}

const cut = () => gateway.logLines.filter(({ reason }) => reason === 'ANSWER_UNREAD');
const left = () => gateway.logLines.filter(({ http_status: status }) => status === 499);

const read = async () => {
  const accessToken = gateway.accessToken();
  // However busy the machine is.
  const headers = { 'x-request-timeout': '30' };
  const answer = await gateway.send('/v1/feeds/news', { accessToken, headers });
  expect(answer.json).toMatchObject({ text: TEXT });
};

describe('answers that nobody reads', () => {
  const call = 'POST /gatehouse.resources.v1.FeedService';
  const message = (type: string, frame: string) =>
    `content-type: ${type}\r\ncontent-length: ${frame.length}\r\n\r\n${frame}`;

  it('are kept while there is room for them', async () => {
    for (let count = 0; count < ROOM - 1; count++) ask(requestOf(READ));
    for (let count = 0; count < 3; count++) await read();
    expect(cut()).toEqual([]);
  });

  it('take no room when their callers are gone before they come', async () => {
    let goOn = (): void => undefined;
    const pause = new Promise<void>((resolve) => (goOn = resolve));
    let [begun, answered] = [0, 0];
    gateway.feed.behaviour.Read = async () => {
      begun++;
      await pause;
      answered++;
      return { text: TEXT };
    };
    for (let count = 0; count < CALLERS / 2; count++) ask(requestOf(READ), requestOf(READ));
    await eventually(() => expect(begun).toBe(CALLERS));
    const lines = gateway.logLines.length;
    sockets.splice(0).forEach((socket) => socket.destroy());
    await eventually(() => expect(gateway.logLines.length - lines).toBeGreaterThanOrEqual(CALLERS), 10_000);
    goOn();
    await eventually(() => expect(answered).toBe(CALLERS));
    gateway.feed.behaviour.Read = () => ({ text: TEXT });
    for (let count = 0; count < ROOM - 1; count++) ask(requestOf(READ));
    for (let count = 0; count < 3; count++) await read();
    expect(cut()).toEqual([]);
  });

  it.each<[string, () => readonly string[]]>([
    ['replies', () => [requestOf(READ)]],
    ['replies that wait for an earlier one', () => [requestOf(`${READ}:fetch`), requestOf(READ)]],
    ['messages of a stream', () => [requestOf(`${READ}:watch`)]],
    ['replies of Connect', () => [requestOf(`${call}/Read`, message('application/json', '{}'))]],
    [
      'messages of a stream of Connect',
      () => [requestOf(`${call}/Watch`, message('application/connect+json', '\0\0\0\0\u0002{}'))],
    ],
  ])('have a bounded part of the memory, and who reads is answered: %s', async (_what, requests) => {
    const [before, gone] = [cut().length, left().length];
    for (let count = 0; count < CALLERS; count++) ask(...requests());
    const least = CALLERS - ROOM;
    await eventually(() => expect(cut().length - before).toBeGreaterThanOrEqual(least), 10_000);
    // With an answer goes its connection, and all that was asked on that.
    const all = least * requests().length;
    await eventually(() => expect(left().length - gone).toBeGreaterThanOrEqual(all), 5_000);
    await read();
  });
});

it('nothing is held of an answer whose caller is gone, not even of its head', async () => {
  const responses: ServerResponse[] = [];
  const server = createServer((_request, response) => responses.push(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: h\r\n\r\n'.repeat(2));
  await eventually(() => expect(responses).toHaveLength(2));
  socket.destroy();
  await eventually(() => expect(responses.map(({ destroyed }) => destroyed)).toEqual([true, true]));
  let held = 0;
  const unread = { hold: () => (held++, () => undefined) };
  for (const response of responses) {
    const exchange = new Exchange(response.req, response, '', [], unread);
    exchange.writeHead(200, []);
    exchange.endWith(Buffer.from('text'));
  }
  expect(held).toBe(0);
  server.close();
});
