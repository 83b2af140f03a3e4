import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openHttpLoad, type HttpLoad } from './http-load.js';

describe('a load of HTTP requests', () => {
  let server: Server;
  let load: HttpLoad;
  let answers: (credential: string) => number;
  let framing: Record<string, number | string>;
  let content: (credential: string) => string;
  let posted: Buffer[];
  const seen: string[] = [];
  beforeEach(async () => {
    answers = () => 200;
    framing = { 'content-length': 5 };
    content = () => 'h\u00e4ch';
    posted = [];
    seen.length = 0;
    server = createServer((request, response) => {
      if (request.method === 'POST') request.on('data', (bytes: Buffer) => posted.push(bytes));
      const credential = String(request.headers['x-api-key']);
      seen.push(credential);
      const status = answers(credential);
      if (status === 0) request.socket.destroy();
      else response.writeHead(status, framing).end(content(credential));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    load = await openHttpLoad((server.address() as AddressInfo).port, 2);
  });
  afterEach(() => {
    load.close();
    server.closeAllConnections();
    server.close();
  });

  const credentials = ['x-api-key: a', 'x-api-key: b'];
  const requests = { path: '/v1/x', credentials, count: 5, rate: 1_000 };

  it('is made by all callers in turn, and every answer is timed', async () => {
    const { latenciesMs, refused, bytesSent } = await load.run(requests);
    expect(seen.toSorted()).toEqual(['a', 'a', 'a', 'b', 'b']);
    expect(latenciesMs).toHaveLength(5);
    expect(refused).toEqual({});
    expect(bytesSent % 5).toBe(0);
  });

  it('counts refusals by their status, and times none', async () => {
    answers = (credential) => (credential === 'b' ? 401 : 200);
    const { latenciesMs, refused } = await load.run(requests);
    expect(latenciesMs).toHaveLength(3);
    expect(refused).toEqual({ 401: 2 });
  });

  it('goes on after a connection was cut', async () => {
    answers = (credential) => (credential === 'a' ? 0 : 200);
    const { latenciesMs, refused } = await load.run(requests);
    expect(latenciesMs).toHaveLength(2);
    expect(refused).toEqual({ 0: 3 });
  });

  it('opens another connection in place of one that was closed while it rested', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await load.run(requests)).refused).toEqual({});
  });

  it('does not begin faster than it is told', async () => {
    const begun = performance.now();
    await load.run({ ...requests, rate: 50 });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(79);
  });

  it('is as fast as its connections without a rate', async () => {
    const { latenciesMs, seconds } = await load.run({ path: '/v1/x', credentials, count: 5 });
    expect(latenciesMs).toHaveLength(5);
    expect(seen.toSorted()).toEqual(['a', 'a', 'a', 'b', 'b']);
    expect(seconds).toBeGreaterThan(0);
  });

  it('takes answers in chunks', async () => {
    framing = { 'transfer-encoding': 'chunked' };
    expect((await load.run(requests)).latenciesMs).toHaveLength(5);
  });

  it('posts bytes as they are', async () => {
    const bytes = Buffer.from([0, 10, 13, 128, 255]);
    const body = { contentType: 'application/octet-stream', base64: bytes.toString('base64') };
    expect((await load.run({ ...requests, body })).latenciesMs).toHaveLength(5);
    expect(posted).toEqual(Array.from({ length: 5 }, () => bytes));
  });

  it('tells a call of gRPC-Web that failed by its last frame', async () => {
    framing = { 'content-type': 'application/grpc-web+proto', 'transfer-encoding': 'chunked' };
    content = (credential) => `\x80....grpc-status: ${credential === 'b' ? 16 : 0}\r\n`;
    const { latenciesMs, refused } = await load.run(requests);
    expect(latenciesMs).toHaveLength(3);
    expect(refused).toEqual({ 16: 2 });
  });
});
