import { connect } from 'node:net';
import { credentials, loadPackageDefinition, status, type Client } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from 'grpc-health-check';
import { eventually } from '@gatehouse/testing';
import { Health } from './health.js';

type Answer = { status: string };
type HealthClient = Client & {
  check(request: { service: string }, done: (error: { code: number } | null, answer?: Answer) => void): void;
};
const { grpc } = loadPackageDefinition(loadSync(protoPath, { enums: String })) as unknown as {
  grpc: { health: { v1: { Health: new (address: string, channel: unknown) => HealthClient } } };
};

describe('the health port', () => {
  let holds = true;
  const health = new Health(['spec.v1.Service'], [{ name: 'database', holds: () => holds }]);
  let port = 0;
  let client: HealthClient;
  const check = (service: string) =>
    new Promise<string>((resolve) =>
      client.check({ service }, (error, answer) => resolve(error ? status[error.code]! : answer!.status)),
    );

  beforeAll(async () => {
    port = await health.start('127.0.0.1', 0);
    client = new grpc.health.v1.Health(`127.0.0.1:${port}`, credentials.createInsecure());
  });
  afterAll(async () => {
    client.close();
    await health.stop();
  });

  it('answers probes of both kinds', async () => {
    expect(await check('')).toBe('SERVING');
    expect(await check('spec.v1.Service')).toBe('SERVING');
    expect(await check('liveness')).toBe('SERVING');
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    expect(await check('nothing')).toBe('NOT_FOUND');
  });

  it('answers several requests on one connection, in pieces of any size', async () => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    for (const piece of [
      'G',
      'ET /livez HTTP/1.1\r\nhost: x\r\n',
      '\r\nGET /livez HTTP/1.1\r\nhost: x\r\n\r\n',
    ]) {
      await new Promise((resolve) => socket.write(piece, resolve));
    }
    await eventually(() => expect(text.match(/^HTTP\/1\.1 200/gm)).toHaveLength(2));
    socket.destroy();
  });

  it('says over gRPC that a process is alive which is not ready', async () => {
    holds = false;
    await eventually(() => expect(health.ready).toBe(false));
    expect(await check('')).toBe('NOT_SERVING');
    expect(await check('liveness')).toBe('SERVING');
  });

  it('ends connections when it closes', async () => {
    const other = new Health([], []);
    const socket = connect(await other.start('127.0.0.1', 0), '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await other.stop();
    await closed;
  });
});
