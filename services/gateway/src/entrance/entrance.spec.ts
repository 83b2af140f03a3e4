import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Entrance, type Replica } from './entrance.js';

const HOST = '127.0.0.1';

/** Says its name, then what it was sent once that is all. */
async function startReplica(name: string): Promise<{ server: Server; replica: Replica; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.write(`${name}:`);
    socket.pipe(socket);
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  return { server, replica: { host: HOST, port: (server.address() as AddressInfo).port }, sockets };
}

describe('the entrance', () => {
  let first: Awaited<ReturnType<typeof startReplica>>;
  let second: Awaited<ReturnType<typeof startReplica>>;
  let known: () => Promise<readonly Replica[]>;
  let entrance: Entrance;
  let port: number;

  beforeEach(async () => {
    first = await startReplica('first');
    second = await startReplica('second');
    known = async () => [first.replica, second.replica];
    entrance = new Entrance(() => known());
    port = await entrance.listen(HOST, 0);
  });
  afterEach(async () => {
    await entrance.stop(0);
    for (const { server, sockets } of [first, second]) {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    }
  });

  /** What is answered; nothing where the connection is reset, as it is when what was said was never read. */
  const say = (words: string): Promise<string> => {
    const socket = connect({ port, host: HOST, allowHalfOpen: true });
    socket.end(words);
    return text(socket).catch(() => '');
  };
  const held = async (): Promise<Socket> => {
    const socket = connect({ port, host: HOST }).on('error', () => undefined);
    await once(socket, 'data');
    return socket;
  };

  it('passes on every byte both ways, also after the caller has said all it has to say', async () => {
    const words = 'x'.repeat(1_000_000);
    expect(await say(words)).toBe(`first:${words}`);
  });

  it('gives each connection to the next replica', async () => {
    const answers = [await say('a'), await say('b'), await say('c')];
    expect(answers).toEqual(['first:a', 'second:b', 'first:c']);
  });

  it('passes by a replica that does not accept', async () => {
    first.server.close();
    await once(first.server, 'close');
    expect([await say('a'), await say('b')]).toEqual(['second:a', 'second:b']);
    expect(await entrance.isOpen()).toBe(true);
  });

  it.each<[string, () => Promise<readonly Replica[]>]>([
    ['there is none', async () => []],
    ['their name does not resolve', () => Promise.reject(new Error('EAI_AGAIN'))],
    ['none accepts', async () => [{ host: HOST, port: 1 }]],
  ])('keeps a connection while %s, until one comes', async (_case, replicas) => {
    let looks = 0;
    known = () => (++looks < 3 ? replicas() : Promise.resolve([second.replica]));
    expect(await say('a')).toBe('second:a');
    expect(looks).toBe(3);
  });

  it.each<[string, () => Promise<readonly Replica[]>]>([
    ['there is none', async () => []],
    ['their name does not resolve', () => Promise.reject(new Error('ENOTFOUND'))],
    ['none accepts', async () => [{ host: HOST, port: 1 }]],
  ])('ends a connection when %s for too long, and says that it is not open', async (_case, replicas) => {
    const impatient = new Entrance(replicas, 100);
    port = await impatient.listen(HOST, 0);
    expect(await say('a')).toBe('');
    expect(await impatient.isOpen()).toBe(false);
    await impatient.stop(0);
  });

  it('ends a connection whose replica is killed, and no other', async () => {
    const ended = await held();
    const other = await held();
    first.sockets.forEach((socket) => socket.resetAndDestroy());
    await once(ended, 'close');
    other.write('still here');
    expect(String(await once(other, 'data'))).toBe('still here');
  });

  it('lets go of the replica when the caller is gone', async () => {
    const caller = await held();
    const gone = once(first.sockets[0]!, 'close');
    caller.resetAndDestroy();
    await gone;
  });

  it('stops accepting at once, and finishes what is open', async () => {
    const caller = await held();
    const stopped = entrance.stop(60_000);
    await expect(once(connect(port, HOST), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    caller.end('last words');
    expect(await text(caller)).toBe('last words');
    await stopped;
  });

  it('cuts what is still open after the bound', async () => {
    const caller = await held();
    const closed = once(caller, 'close');
    await entrance.stop(1);
    await closed;
  });
});
