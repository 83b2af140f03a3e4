import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Metadata } from '@grpc/grpc-js';
import { Channel } from '@gatehouse/http2-grpc';
import { createLogger } from '@gatehouse/telemetry';
import type { CallServer } from './call-server.js';
import { openCallServer, type ServerKind } from './open-call-server.js';
import { openServing } from './open-serving.js';
import { digest, SpecCaller, type Learned } from './spec/spec-caller.js';
import { specHandlers, specMethods } from './spec/spec-service.js';

const MIB = 1024 * 1024;

class Service {
  readonly caller: SpecCaller;
  readonly channel: Channel;
  readonly #server: CallServer;
  readonly #listener: Server;

  private constructor(server: CallServer, listener: Server) {
    const { port } = listener.address() as AddressInfo;
    [this.#server, this.#listener] = [server, listener];
    this.caller = new SpecCaller(port);
    this.channel = new Channel({ target: `ipv4:127.0.0.1:${port}`, use: 'calls', isIdempotent: () => false });
  }

  static async start(kind: ServerKind): Promise<Service> {
    const server = openCallServer(
      kind,
      new Map(),
      openServing(createLogger({ service: 's', level: 'silent' })),
    );
    server.registry.addService(specMethods, specHandlers);
    const listener = createServer({ noDelay: true }, (socket) => server.accept(socket));
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    return new Service(server, listener);
  }

  close(): void {
    this.caller.close();
    this.channel.close();
    this.#server.close();
    this.#listener.close();
  }
}

let ours: Service;
let theirs: Service;
beforeAll(async () => {
  [ours, theirs] = [await Service.start('http2-grpc'), await Service.start('grpc-js')];
});
afterAll(() => {
  ours.close();
  theirs.close();
});

const bytes = (text: string) => Buffer.from(text);
const start = (method: string, request: Buffer = bytes('')) => ({
  path: `/spec.Service/${method}`,
  request,
  metadata: {},
  deadline: performance.now() + 60_000,
});

describe('of a service in frames of our own a caller of grpc-js learns what it learns of one of grpc-js', () => {
  async function expectSame(call: (caller: SpecCaller) => Promise<Learned>): Promise<Learned> {
    const [own, other] = [await call(ours.caller), await call(theirs.caller)];
    expect(own).toEqual(other);
    return own;
  }

  it.each([0, 1, 16_379, 16_380, 65_536, MIB])('when a message has %i octets', async (length) => {
    const message = Buffer.alloc(length, 'abc');
    const { messages } = await expectSame((caller) => caller.call('Echo', [message]));
    expect(messages).toEqual([digest(message)]);
  });

  it.each(Array.from({ length: 16 }, (_, code) => code + 1))('when it fails with %i', async (code) => {
    const details = ['nothing', 'a\nb', '100 %', 'für ☃', ''][code % 5];
    const { trailers } = await expectSame((caller) => caller.call('Fail', [bytes(`${code} ${details}`)]));
    expect(Object.keys(trailers)).toEqual(['grpc-status-details-bin', 'x-trailer']);
  });

  it('when there is metadata, again and again', async () => {
    for (let round = 0; round < 3; round++) {
      const metadata = new Metadata();
      for (const value of ['a', 'b', 'c d']) metadata.add('x-list', value);
      metadata.add('x-bytes-bin', Buffer.from([0, 1, 255]));
      metadata.add('x-bytes-bin', Buffer.from('hello'));
      metadata.add('x-round', String(round));
      await expectSame((caller) => caller.call('Metadata', [bytes('')], { metadata }));
    }
  });

  it.each([0, 1, 1_000])('when %i messages come', async (count) => {
    const { messages } = await expectSame((caller) => caller.call('Count', [bytes(String(count))]));
    expect(messages).toHaveLength(count);
  });

  it('when a stream breaks off', () => expectSame((caller) => caller.call('CountAndFail', [bytes('')])));

  it.each([0, 1, 300])('when %i messages go', async (count) => {
    const requests = Array.from({ length: count }, () => Buffer.alloc(10_000));
    const { messages } = await expectSame((caller) => caller.call('Sum', requests));
    expect(messages).toEqual([digest(bytes(`${count} ${count * 10_000}`))]);
  });

  it('when it answers before it has read all', () =>
    expectSame((caller) =>
      caller.call(
        'Enough',
        Array.from({ length: 50 }, () => bytes('first')),
      ),
    ));

  it('when messages go both ways, more than any window takes', async () => {
    const requests = Array.from({ length: 100 }, (_, index) => Buffer.alloc(20_000, `${index}`));
    const { messages } = await expectSame((caller) => caller.call('EchoAll', requests));
    expect(messages).toEqual(requests.map(digest));
  });

  it.each([
    ['a method is not there', 'Nothing', [bytes('')], 'UNIMPLEMENTED'],
    ['a message is too large', 'Echo', [Buffer.alloc(4 * MIB + 1)], 'RESOURCE_EXHAUSTED'],
    ['a message is missing', 'Echo', [], 'UNIMPLEMENTED'],
    ['a message is one too many', 'Echo', [bytes('a'), bytes('b')], 'UNIMPLEMENTED'],
  ])('when %s, in other words', async (_what, method, requests, expected) => {
    const [own, other] = [
      await ours.caller.call(method, requests),
      await theirs.caller.call(method, requests),
    ];
    expect([own.code, other.code]).toEqual([expected, expected]);
  });
});

describe('both ends in frames of our own', () => {
  it('have the same to say', async () => {
    const message = Buffer.alloc(MIB, 'abc');
    const reply = await ours.channel.unary(start('Echo', message));
    expect(digest(reply.message)).toBe(digest(message));
    const counted: string[] = [];
    for await (const one of ours.channel.serverStream(start('Count', bytes('1000'))))
      counted.push(Buffer.from(one).toString());
    expect(counted).toEqual(Array.from({ length: 1_000 }, (_, index) => `${index}`));
    const sum = await ours.channel.clientStream({ ...start('Sum'), requests: many(300) });
    expect(Buffer.from(sum.message).toString()).toBe('300 3000000');
    await expect(ours.channel.unary(start('Fail', bytes('5 gone')))).rejects.toMatchObject({
      code: 5,
      details: 'gone',
    });
  });
});

async function* many(count: number): AsyncGenerator<Buffer> {
  for (let index = 0; index < count; index++) yield Buffer.alloc(10_000);
}
