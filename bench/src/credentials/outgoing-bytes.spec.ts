import { once } from 'node:events';
import { connect, createServer, Socket, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { countOutgoingBytes } from './outgoing-bytes.js';

describe('outgoing bytes', () => {
  const original = Socket.prototype.connect;
  let outgoingBytes: () => number;
  let server: Server;
  beforeAll(async () => {
    outgoingBytes = countOutgoingBytes();
    server = createServer((socket) => socket.end('a long answer'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    Socket.prototype.connect = original;
    server.close();
  });

  const port = () => (server.address() as AddressInfo).port;

  it.each([
    ['connect', () => connect(port(), '127.0.0.1')],
    ['a socket of its own', () => new Socket().connect(port(), '127.0.0.1')],
  ])('are those sent on connections that were opened here by %s', async (_name, open) => {
    const before = outgoingBytes();
    const socket = open();
    socket.end('four');
    socket.resume();
    await once(socket, 'close');
    expect(outgoingBytes() - before).toBe(4);
  });
});
