import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { statusesIn } from '../spec/raw-socket.js';
import { jsonBody, startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';
import { BodyMemory } from './body-memory.js';

const KIB = 1024;

describe('the memory for bodies', () => {
  it('counts what is above 16 KiB of each, and takes it back once', () => {
    const memory = new BodyMemory(100 * KIB);
    const [first, second] = [memory.open(), memory.open()];
    expect([first.grow(16 * KIB), first.grow(60 * KIB), second.grow(50 * KIB)]).toEqual([true, true, true]);
    expect([first.grow(10 * KIB), second.grow(1)]).toEqual([false, true]);
    first.release();
    first.release();
    const third = memory.open();
    expect([third.grow(81 * KIB), third.grow(KIB)]).toEqual([true, false]);
  });

  it('counts what was given back no more, also of one that goes on', () => {
    const memory = new BodyMemory(100 * KIB);
    const stream = memory.open();
    for (let messages = 0; messages < 10; messages++) {
      expect(stream.grow(60 * KIB)).toBe(true);
      stream.release();
    }
  });
});

describe('bodies that never end', () => {
  const UNFINISHED = 1024 * KIB;
  let gateway: SpecGateway;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    gateway = await startSpecGateway();
    gateway.backend.behaviour = {
      login: () => ({ accessToken: 'a', tokenType: 'Bearer', expiresIn: 300, refreshToken: 'r', scope: '' }),
    };
  });
  afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));
  afterAll(() => gateway.stop());

  const begin = () => {
    const socket = connect(gateway.port, '127.0.0.1');
    const begun = { heard: '' };
    socket.on('data', (chunk) => (begun.heard += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    sockets.push(socket);
    socket.write(
      'POST /v1/auth/login HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\n' +
        `content-length: ${UNFINISHED}\r\n\r\n${' '.repeat(UNFINISHED - 1)}`,
    );
    return begun;
  };
  const login = () =>
    gateway.send('/v1/auth/login', { method: 'POST', ...jsonBody({ email: 'a@b.c', password: 'p' }) });

  it('are refused when there are too many, and keep nobody out who says little', async () => {
    const begun = Array.from({ length: 32 }, begin);
    const refused = () => begun.filter(({ heard }) => statusesIn(heard)[0] === 503);
    await eventually(() => expect(refused().length).toBeGreaterThanOrEqual(12));
    for (const { heard } of refused()) expect(heard).toContain('"OVERLOADED"');
    expect((await login()).status).toBe(200);
  });

  it('leave room behind', async () => {
    await eventually(async () => {
      const password = 'p'.repeat(900 * KIB);
      const answer = await gateway.send('/v1/auth/login', {
        method: 'POST',
        ...jsonBody({ email: 'a@b.c', password }),
      });
      expect(answer.status).not.toBe(503);
    });
  });
});
