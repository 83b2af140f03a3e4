import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { statusesIn } from '../spec/raw-socket.js';
import { jsonBody, startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';
import { specResource } from '../spec/spec-backend.js';

const PATH = '/v1/resources/0190b0a0-0000-7000-8000-000000000001';
const LOGIN = { email: 'a@example.com', password: 'a password' };
/** Of the ten places eight are for everyone. */
const PLACES = { GATEHOUSE_MAX_IN_FLIGHT: '10', GATEHOUSE_MAX_LOOP_BEHIND_MS: '60000' };
const OVERLOADED = {
  status: 503,
  json: { code: 'UNAVAILABLE', reason: 'OVERLOADED', domain: 'gatehouse.dev' },
};

let gateway: SpecGateway;
/** Calls that wait at the backend, and how to end their wait. */
let waiting: (() => void)[] = [];
let sockets: Socket[] = [];

beforeEach(async () => {
  [waiting, sockets] = [[], []];
  gateway = await startSpecGateway(PLACES);
  gateway.backend.behaviour = {
    getResource: async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return specResource();
    },
    login: () => ({ accessToken: 'a', tokenType: 'Bearer', expiresIn: 300, refreshToken: 'r', scope: '' }),
  };
});
afterEach(async () => {
  for (const end of waiting.splice(0)) end();
  for (const socket of sockets) socket.destroy();
  await gateway.stop();
});

const get = () => gateway.send(PATH, { accessToken: gateway.accessToken() });
const login = () => gateway.send('/v1/auth/login', { method: 'POST', ...jsonBody(LOGIN) });

async function fill(count = 8) {
  const taken = Array.from({ length: count }, get);
  await eventually(() => expect(waiting).toHaveLength(count));
  return taken;
}

/** A connection that stays open, and what came back on it. */
function converse(): { write(text: string | Buffer): void; statuses(): number[]; isClosed(): boolean } {
  let heard = '';
  const socket = connect(gateway.port, '127.0.0.1');
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  socket.on('error', () => {});
  sockets.push(socket);
  return {
    write: (text) => void socket.write(text),
    statuses: () => statusesIn(heard),
    isClosed: () => socket.closed,
  };
}

const post = (body: string, headers = '') =>
  `POST /v1/resources HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\n${headers}` +
  `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe('a gateway that is full', () => {
  it('refuses requests as a problem, loses none of those it took, and takes new ones after them', async () => {
    const taken = await fill();
    const refused = await get();
    expect(refused).toMatchObject(OVERLOADED);
    expect(refused.headers).toMatchObject({
      'retry-after': '1',
      'content-type': 'application/problem+json',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-request-id': refused.json.request_id,
    });
    for (const end of waiting.splice(0)) end();
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual(
      Array.from({ length: 8 }, () => 200),
    );
    const next = get();
    await eventually(() => expect(waiting).toHaveLength(1));
    waiting[0]?.();
    expect((await next).status).toBe(200);
  });

  it('takes sign-ins in the places that it keeps for them', async () => {
    await fill();
    expect((await login()).status).toBe(200);
    expect((await gateway.send('/.well-known/jwks.json')).status).toBe(200);
    expect(await get()).toMatchObject(OVERLOADED);
  });

  it('keeps places from sign-ins for everyone else', async () => {
    const signingIn: (() => void)[] = [];
    gateway.backend.behaviour.login = async () => {
      await new Promise<void>((resolve) => signingIn.push(resolve));
      return { accessToken: 'a', tokenType: 'Bearer', expiresIn: 300, refreshToken: 'r', scope: '' };
    };
    const logins = Array.from({ length: 5 }, login);
    await eventually(() => expect(signingIn).toHaveLength(5));
    expect(await login()).toMatchObject(OVERLOADED);
    const taken = await fill(1);
    for (const end of [...signingIn, ...waiting]) end();
    expect((await Promise.all([...logins, ...taken])).map(({ status }) => status)).toEqual([
      200, 200, 200, 200, 200, 200,
    ]);
  });

  it('answers health and has one line for all that it refused', async () => {
    await fill();
    await Promise.all(Array.from({ length: 30 }, get));
    const health = await fetch(`http://127.0.0.1:${gateway.healthPort}/livez`);
    expect(health.status).toBe(200);
    const lines = () => gateway.logLines.filter(({ msg }) => msg === 'overloaded');
    await eventually(() => expect(lines()).toMatchObject([{ shed: 30, in_flight: 8 }]));
    expect(gateway.logLines.filter(({ msg }) => msg === 'request')).toEqual([]);
  });
});

describe('the connection of a request that is refused', () => {
  it('goes on with the next one, pipelined, with a small body and without', async () => {
    await fill();
    const connection = converse();
    connection.write(
      `${post('{"title":"a"}')}GET ${PATH} HTTP/1.1\r\nhost: h\r\n\r\n${post('{"title":"GET / HTTP/1.1"}')}`,
    );
    await eventually(() => expect(connection.statuses()).toEqual([503, 503, 503]));
    for (const end of waiting.splice(0)) end();
    await eventually(() => expect(gateway.logLines.filter(({ msg }) => msg === 'request')).toHaveLength(8));
    connection.write('GET /.well-known/jwks.json HTTP/1.1\r\nhost: h\r\n\r\n');
    await eventually(() => expect(connection.statuses()).toEqual([503, 503, 503, 200]));
  });

  it.each([
    ['a body that is long', post('x'.repeat(100_000))],
    [
      'a body without a length',
      'POST /v1/resources HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n',
    ],
    ['a body that waits to be asked for', post('hello', 'expect: 100-continue\r\n')],
  ])('ends with %s', async (_name, text) => {
    await fill();
    const connection = converse();
    connection.write(text);
    await eventually(() => expect(connection.isClosed()).toBe(true));
    expect(connection.statuses().slice(0, 1)).toEqual([503]);
  });

  it('is not answered twice when its body comes late', async () => {
    await fill();
    const connection = converse();
    const text = post('{"title":"late"}');
    connection.write(text.slice(0, -5));
    await eventually(() => expect(connection.statuses()).toEqual([503]));
    connection.write(text.slice(-5) + 'GET /nothing HTTP/1.1\r\nhost: h\r\n\r\n');
    await eventually(() => expect(connection.statuses()).toEqual([503, 503]));
  });
});

describe('those who take their time', () => {
  it('take no place while their body is on its way', async () => {
    const text = post(
      '{"title":"slow"}',
      `authorization: Bearer ${gateway.accessToken('resources:write')}\r\n`,
    );
    const slow = Array.from({ length: 30 }, converse);
    for (const connection of slow) connection.write(text.slice(0, -5));
    await eventually(async () => {
      for (const end of waiting.splice(0)) end();
      const answer = get();
      await eventually(() => expect(waiting).toHaveLength(1), 1_000);
      waiting[0]?.();
      expect((await answer).status).toBe(200);
    });
    for (const connection of slow) connection.write(text.slice(-5));
    await eventually(() => expect(slow.flatMap(({ statuses }) => statuses())).toEqual(slow.map(() => 200)));
  });
});

it('an event loop that stood still refuses what has waited meanwhile, and takes the next', async () => {
  await gateway.stop();
  gateway = await startSpecGateway({ ...PLACES, GATEHOUSE_MAX_LOOP_BEHIND_MS: '200' });
  let end = () => {};
  gateway.backend.behaviour.getResource = async () => {
    await new Promise<void>((resolve) => (end = resolve));
    return specResource();
  };
  const taken = get();
  await eventually(() => expect(gateway.backend.callsOf('GetResource')).toHaveLength(1));
  const connection = converse();
  connection.write('GET /nothing HTTP/1.1\r\nhost: h\r\n\r\n');
  await eventually(() => expect(connection.statuses()).toEqual([404]));
  setTimeout(() => {
    connection.write(`GET ${PATH} HTTP/1.1\r\nhost: h\r\n\r\n`);
    standStill(600);
  }, 1);
  await eventually(() => expect(connection.statuses()).toEqual([404, 503]));
  gateway.backend.behaviour.getResource = () => specResource();
  await eventually(async () => expect((await get()).status).toBe(200));
  end();
  expect((await taken).status).toBe(200);
});

function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
