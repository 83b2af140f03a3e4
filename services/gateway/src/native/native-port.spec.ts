import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { RevocationKind } from '@gatehouse/contracts/auth';
import { eventually } from '@gatehouse/testing';
import { framed, RawGrpc, replyTo } from '../spec/raw-grpc.js';
import { statusesIn } from '../spec/raw-socket.js';
import { specResource } from '../spec/spec-backend.js';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';
import { SpecGrpcClient } from '../spec/spec-grpc-client.js';

const GET = '/gatehouse.resources.v1.ResourceService/GetResource';
const LOGIN = '/gatehouse.auth.v1.TokenService/Login';
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const request = { id: specResource().id };

let gateway: SpecGateway;
let client: SpecGrpcClient;
const sockets: Socket[] = [];

async function start(environment: Record<string, string> = {}): Promise<void> {
  gateway = await startSpecGateway(environment);
  client = new SpecGrpcClient(`127.0.0.1:${gateway.port}`, contract);
}
afterEach(async () => {
  client.close();
  sockets.splice(0).forEach((socket) => socket.destroy());
  await gateway.stop();
});

const get = () => client.unary(GET, request, { accessToken: gateway.accessToken() });

/** Has calls wait at the backend. @returns how to end their wait */
function hold(): (() => void)[] {
  const waiting: (() => void)[] = [];
  gateway.backend.behaviour.getResource = async () => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return specResource();
  };
  return waiting;
}

/** A connection, and what came back on it. */
function converse(...words: (string | Buffer)[]) {
  const heard: Buffer[] = [];
  const socket = connect({ port: gateway.port, host: '127.0.0.1', noDelay: true });
  sockets.push(socket.on('error', () => undefined).on('data', (chunk) => heard.push(chunk as Buffer)));
  for (const word of words) socket.write(word);
  return { socket, heard: () => Buffer.concat(heard).toString('latin1') };
}

describe('the port', () => {
  it('serves REST and gRPC, whatever the pieces that the first words come in', async () => {
    await start();
    expect(await get()).toMatchObject({ code: status.OK, reply: { resource: request } });
    const path = `/v1/resources/${request.id}`;
    const text = `PUT ${path} HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\n\r\n`;
    const rest = converse();
    for (const letter of text) {
      rest.socket.write(letter);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => expect(statusesIn(rest.heard())).toEqual([405]));
    const frames = converse();
    for (const letter of PREFACE) {
      frames.socket.write(letter);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Its SETTINGS.
    await eventually(() => expect(frames.heard().charCodeAt(3)).toBe(4));
    expect((await gateway.send(path, { accessToken: gateway.accessToken() })).status).toBe(200);
  });

  it.each(['PRI', 'PR\r\n\r\n', 'PRI * HTTP/1.1\r\nhost: h\r\n\r\n', '\x16\x03\x01\x02\x00'])(
    'goes on after a client that says %j and leaves',
    async (words) => {
      await start();
      const { socket } = converse(words);
      socket.end();
      await once(socket, 'close');
      expect(await get()).toMatchObject({ code: status.OK });
    },
  );

  it('refuses a token that was revoked, also where it was known', async () => {
    await start();
    const jti = 'f3a4f8a2-8d4e-4f1e-9a53-0d4a6b9f3c12';
    const accessToken = gateway.accessToken('resources:read', { jti });
    await eventually(() => expect(gateway.backend.feed.streams).toBe(1));
    expect(await client.unary(GET, request, { accessToken })).toMatchObject({ code: status.OK });
    const expiresAt = BigInt(Math.floor(Date.now() / 1_000) + 300);
    gateway.backend.feed.revoke({ kind: RevocationKind.TOKEN, key: jti, notBefore: 0n, expiresAt });
    await eventually(async () =>
      expect(await client.unary(GET, request, { accessToken })).toMatchObject({ reason: 'UNAUTHENTICATED' }),
    );
  });
});

describe('too many calls', () => {
  it('are refused, those that are essential last, and their places are those of REST', async () => {
    // Of the ten places eight are for everyone.
    await start({ GATEHOUSE_MAX_IN_FLIGHT: '10' });
    gateway.backend.behaviour.login = () => ({
      accessToken: 'a',
      tokenType: 'Bearer',
      expiresIn: 300,
      refreshToken: 'r',
      scope: '',
    });
    const waiting = hold();
    const taken = Array.from({ length: 8 }, get);
    await eventually(() => expect(waiting).toHaveLength(8));
    expect(await get()).toMatchObject({ code: status.UNAVAILABLE, reason: 'OVERLOADED' });
    expect((await gateway.send(`/v1/resources/${request.id}`)).status).toBe(503);
    expect(await client.unary(LOGIN, { email: 'a@b.example', password: 'p' })).toMatchObject({
      code: status.OK,
    });
    for (const end of waiting.splice(0)) end();
    expect((await Promise.all(taken)).map(({ code }) => code)).toEqual(taken.map(() => status.OK));
    delete gateway.backend.behaviour.getResource;
    expect(await get()).toMatchObject({ code: status.OK });
  });
});

it('a caller that does not read its reply has no place, and no more than its time', async () => {
  await start({ GATEHOUSE_MAX_IN_FLIGHT: '2' });
  gateway.backend.behaviour.getResource = () => specResource({ content: 'x'.repeat(1_000_000) });
  const raw = new RawGrpc(gateway.port);
  const accessToken = `Bearer ${gateway.accessToken()}`;
  const stream = raw.open(GET, { authorization: accessToken, 'grpc-timeout': '2S' });
  stream.pause();
  stream.end(framed(Buffer.alloc(0)));
  await once(stream, 'response');
  expect((await gateway.send(`/v1/resources/${request.id}`)).status).toBe(401);
  const reply = replyTo(stream);
  await eventually(() => {
    const lines = gateway.logLines.filter((line) => line['grpc_code'] === 'DEADLINE_EXCEEDED');
    expect(lines).toHaveLength(1);
  });
  stream.resume();
  expect(await reply).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  raw.close();
});

describe('a gateway that stops', () => {
  it('finishes the calls that it has, and ends its connections', async () => {
    await start({ GATEHOUSE_DRAIN_TIMEOUT_MS: '160000' });
    const waiting = hold();
    const idle = converse(PREFACE, Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    const call = get();
    await eventually(() => expect(waiting).toHaveLength(1));
    const stopping = gateway.running.stop();
    await once(idle.socket, 'close');
    waiting[0]?.();
    expect(await call).toMatchObject({ code: status.OK });
    await stopping;
  });

  it('tells the callers of those that do not end, and ends', async () => {
    await start({ GATEHOUSE_DRAIN_TIMEOUT_MS: '100' });
    const waiting = hold();
    const silent = once(converse().socket, 'close');
    const call = get();
    await eventually(() => expect(waiting).toHaveLength(1));
    await gateway.running.stop();
    await silent;
    expect(await call).toMatchObject({ code: status.UNAVAILABLE, reason: 'STOPPING' });
  });
});
