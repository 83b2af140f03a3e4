import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@gatehouse/testing';
import { specResource } from './spec/spec-backend.js';
import { startSpecGateway, type SpecGateway } from './spec/spec-gateway.js';

const PATH = '/v1/resources/0190b0a0-0000-7000-8000-000000000001';
const started: SpecGateway[] = [];

async function start(environment: Record<string, string> = {}): Promise<SpecGateway> {
  const gateway = await startSpecGateway(environment);
  started.push(gateway);
  return gateway;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((gateway) => gateway.stop()));
});

const readiness = async ({ healthPort }: SpecGateway) =>
  (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status;

describe('readiness', () => {
  it('begins with the key set and outlives a backend that is away', async () => {
    const gateway = await start();
    await eventually(async () => expect(await readiness(gateway)).toBe(200));
    gateway.backend.kill();
    await eventually(async () => {
      const away = await gateway.send(PATH, { accessToken: gateway.accessToken() });
      expect(away.status).toBe(503);
    });
    expect(await readiness(gateway)).toBe(200);
  });

  it('is not told on the port that the world sees', async () => {
    const gateway = await start();
    for (const path of ['/readyz', '/livez', '/metrics']) expect((await gateway.send(path)).status).toBe(404);
  });
});

describe('a gateway that stops', () => {
  it('says so, finishes what is in flight, and closes connections that wait for more', async () => {
    const gateway = await start();
    let finish!: () => void;
    const held = new Promise<void>((resolve) => (finish = resolve));
    gateway.backend.behaviour.getResource = async () => {
      await held;
      return specResource();
    };
    const idle = await idleConnection(gateway.port);
    const inFlight = gateway.send(PATH, { accessToken: gateway.accessToken() });
    await eventually(() =>
      expect(gateway.backend.calls.some(({ method }) => method === 'GetResource')).toBe(true),
    );
    const stopping = gateway.running.stop();
    expect(await readiness(gateway)).toBe(503);
    await idle.closed;
    finish();
    const answer = await inFlight;
    expect(answer.status).toBe(200);
    expect(answer.headers.connection).toBe('close');
    await stopping;
    await expect(gateway.send(PATH)).rejects.toThrow();
  });

  it('answers once more on a connection that is kept, and says that it was the last time', async () => {
    const gateway = await start({ GATEHOUSE_DRAIN_TIMEOUT_MS: '160000' });
    const kept = await idleConnection(gateway.port);
    const stopping = gateway.running.stop();
    expect(await readiness(gateway)).toBe(503);
    // Long after everybody was to have noticed.
    await delay(500);
    const [status, head] = await kept.again();
    expect([status, head]).toEqual([404, expect.stringMatching(/^connection: close$/im)]);
    await kept.closed;
    await stopping;
  });

  it('answers who was accepted before it stopped listening and speaks after that', async () => {
    const gateway = await start({ GATEHOUSE_DRAIN_TIMEOUT_MS: '16000' });
    const socket = connect(gateway.port, '127.0.0.1');
    await once(socket, 'connect');
    const stopping = gateway.running.stop();
    await eventually(() => expect(gateway.send(PATH)).rejects.toThrow());
    socket.write(`GET ${PATH} HTTP/1.1\r\nhost: gateway\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 401 /);
    await stopping;
  });

  it('cuts what does not finish within the bound', async () => {
    const gateway = await start({ GATEHOUSE_DRAIN_TIMEOUT_MS: '100' });
    gateway.backend.behaviour.getResource = () => new Promise(() => undefined);
    const inFlight = gateway.send(PATH, { accessToken: gateway.accessToken() });
    inFlight.catch(() => undefined);
    await eventually(() =>
      expect(gateway.backend.calls.some(({ method }) => method === 'GetResource')).toBe(true),
    );
    await gateway.running.stop();
    await expect(inFlight).rejects.toThrow();
  });
});

it('keeps a connection open for the next request', async () => {
  const gateway = await start();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  for (let turn = 0; turn < 3; turn++) {
    await new Promise<void>((resolve, reject) => {
      const sent = httpRequest({ port: gateway.port, host: '127.0.0.1', path: PATH, agent }, (response) => {
        ports.add(response.socket.localPort);
        response.resume().once('end', resolve);
      });
      sent.once('error', reject).end();
    });
  }
  agent.destroy();
  expect(ports.size).toBe(1);
});

it('refuses a port that is taken', async () => {
  const gateway = await start();
  await expect(startSpecGateway({ GATEHOUSE_HTTP_PORT: String(gateway.port) })).rejects.toThrow(/EADDRINUSE/);
});

/** A connection that was used once and is kept. */
async function idleConnection(port: number) {
  const socket = connect(port, '127.0.0.1');
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const again = () =>
    new Promise<[status: number, head: string]>((resolve) => {
      socket.once('data', (data: Buffer) => {
        const text = data.toString('latin1');
        resolve([Number(text.slice(9, 12)), text]);
      });
      socket.write('GET /nothing HTTP/1.1\r\nhost: h\r\n\r\n');
    });
  await again();
  socket.resume();
  return { closed, again };
}
