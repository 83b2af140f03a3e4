import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { SpecCaller } from './spec/spec-caller.js';
import { startReplicas } from './spec/spec-replica.js';

let silent: Server;
let address: string;
const sockets = new Set<Socket>();

beforeEach(async () => {
  silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined).resume()));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  silent.close();
});

describe('a replica whose connections are accepted and not completed', () => {
  it('is UNAVAILABLE soon and then at once, and not when the deadline is over', async () => {
    const caller = new SpecCaller(`ipv4:${address}`);
    await caller.get();
    expect([...caller.codes.keys()]).toEqual(['UNAVAILABLE']);
    await caller.many(20, () => caller.get());
    expect(caller.codes.get('UNAVAILABLE')).toBe(21);
    caller.close();
  });

  it('holds up nobody who can be served by another one', async () => {
    const replicas = await startReplicas(1);
    const caller = new SpecCaller(`ipv4:${address},${replicas[0]!.address}`);
    await eventually(() => caller.get().then(() => expect(replicas[0]!.calls).toBeGreaterThan(0)));
    await caller.many(50, () => caller.get());
    expect(caller.failures).toBe(0);
    caller.close();
    for (const replica of replicas) replica.kill();
  });
});
