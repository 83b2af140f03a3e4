import { once } from 'node:events';
import { connect, type ClientHttp2Session } from 'node:http2';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createLogger } from '@gatehouse/telemetry';
import { eventually } from '@gatehouse/testing';
import { FramesServer } from '../serving/frames-server.js';
import { openServing } from '../serving/open-serving.js';
import { SpecCaller } from '../serving/spec/spec-caller.js';
import { specHandlers, specMethods } from '../serving/spec/spec-service.js';

const MIB = 1024 * 1024;

/** How many requests do not end, over two connections, and what has come of each. */
const REQUESTS = 40;
const CAME = 2 * MIB;
/** As many as there is room for at most. */
const MOST = 8;

describe('requests that never end', () => {
  let server: FramesServer;
  let listener: Server;
  let caller: SpecCaller;
  const sessions: ClientHttp2Session[] = [];
  beforeAll(async () => {
    server = new FramesServer(new Map(), openServing(createLogger({ service: 's', level: 'silent' })));
    server.registry.addService(specMethods, specHandlers);
    listener = createServer((socket) => server.accept(socket));
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    const { port } = listener.address() as AddressInfo;
    caller = new SpecCaller(port);
    // What it has not sent counts as its memory, without which it reads no headers; in megabytes.
    const limits = { maxSessionMemory: 1_000 };
    for (let count = 0; count < 2; count++) sessions.push(connect(`http://127.0.0.1:${port}`, limits));
  });
  afterAll(() => {
    for (const session of sessions) session.destroy();
    caller.close();
    server.close();
    listener.close();
  });

  const refused: unknown[] = [];
  function begin(session: ClientHttp2Session): void {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/spec.Service/Echo',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('error', () => undefined);
    stream.on('response', (headers) => refused.push(headers['grpc-status']));
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(4 * MIB, 1);
    stream.write(Buffer.concat([prefix, Buffer.alloc(CAME)]));
  }

  it('are refused when there are too many, and keep nobody out who says little', async () => {
    for (let count = 0; count < REQUESTS; count++) begin(sessions[count % 2]!);
    await eventually(() => expect(refused.length).toBeGreaterThanOrEqual(REQUESTS - MOST));
    expect(new Set(refused)).toEqual(new Set(['14']));
    expect(await caller.call('Echo', [Buffer.from('small')])).toMatchObject({ code: 'OK' });
    expect(await caller.call('Echo', [Buffer.alloc(3 * MIB)])).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('leave room behind', async () => {
    for (const session of sessions) session.destroy();
    await eventually(async () =>
      expect(await caller.call('Echo', [Buffer.alloc(3 * MIB)])).toMatchObject({ code: 'OK' }),
    );
  });

  it('are none once each of their messages is there, however many those are', async () => {
    const messages = Array.from({ length: 20 }, () => Buffer.alloc(MIB));
    expect(await caller.call('EchoAll', messages)).toMatchObject({ code: 'OK' });
  });
});
