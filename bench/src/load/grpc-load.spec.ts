import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { entriesByName, FrameServer, Status } from '@gatehouse/http2-grpc';
import { openGrpcLoad } from './grpc-load.js';
import type { RequestLoad } from './requests.js';

const PATH = '/package.Service/Method';

describe('a load of calls by gRPC', () => {
  let server: Server;
  let frames: FrameServer;
  let load: RequestLoad;
  let refuses = '';
  const seen: { path: string; authorization: string; message: string }[] = [];

  beforeAll(async () => {
    frames = new FrameServer((call) => {
      const [authorization = ''] = entriesByName(call.metadata).get('authorization') ?? [];
      const code = authorization === refuses ? Status.PERMISSION_DENIED : Status.OK;
      call.listen({
        isTaking: true,
        message: (message) => void seen.push({ path: call.path, authorization, message: message.toString() }),
        halfClose: () => {
          if (code === Status.OK) call.sendMessage(Buffer.from('reply'));
          call.end({ code, details: '', metadata: {} });
        },
        sent: () => undefined,
        cancelled: () => undefined,
      });
    });
    server = createServer((socket) => frames.accept(socket, 'a load')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    load = openGrpcLoad((server.address() as AddressInfo).port, 8);
  });
  beforeEach(() => {
    seen.splice(0);
    refuses = '';
  });
  afterAll(() => {
    load.close();
    frames.close();
    server.close();
  });

  const requests = {
    path: PATH,
    body: { contentType: 'application/grpc', base64: Buffer.from('request').toString('base64') },
    credentials: ['authorization: Bearer one', 'authorization: Bearer two'],
    count: 10,
  };

  it('is made with the message by all callers in turn, and every answer is timed', async () => {
    const { latenciesMs, refused } = await load.run(requests);
    expect(latenciesMs).toHaveLength(10);
    expect(refused).toEqual({});
    expect(seen.map(({ authorization }) => authorization).toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => 'Bearer one'),
      ...Array.from({ length: 5 }, () => 'Bearer two'),
    ]);
    expect(new Set(seen.map(({ path, message }) => `${path} ${message}`))).toEqual(
      new Set([`${PATH} request`]),
    );
  });

  it('counts refusals by their status, and times none', async () => {
    refuses = 'Bearer two';
    const { latenciesMs, refused } = await load.run(requests);
    expect(latenciesMs).toHaveLength(5);
    expect(refused).toEqual({ [Status.PERMISSION_DENIED]: 5 });
  });
});
