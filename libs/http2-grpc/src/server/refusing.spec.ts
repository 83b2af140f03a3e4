import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { Setting } from '../connection/settings.js';
import { ErrorCode } from '../frames/error-code.js';
import { Flag, FrameType, PREFACE } from '../frames/frame.js';
import { RawClient, request } from '../spec/raw-client.js';
import { data, headers, message, settings } from '../spec/wire.js';
import { SpecServer } from './spec/spec-server.js';

const TOO_MUCH = { code: 8, details: 'too much', metadata: {} } as const;

let server: SpecServer;
let client: RawClient;
beforeEach(async () => {
  server = await SpecServer.start();
  client = await RawClient.open(server.port);
});
afterEach(() => {
  client.close();
  server.close();
});

describe('a request that its listener does not want', () => {
  it('is refused while it comes, and what else comes of it concerns nobody', async () => {
    let octets = 0;
    server.onArriving = ({ stream }, more) => {
      octets += more;
      if (octets > 8) stream.cut(TOO_MUCH);
    };
    const body = message('ten octets');
    client.send(headers(1, request()), data(1, body.subarray(0, 8)), data(1, body.subarray(8)));
    await eventually(() => expect(client.statusOf(1)).toBe('8'));
    expect(client.resetOf(1)).toBe(ErrorCode.NO_ERROR);
    expect(server.calls[0]).toMatchObject({ messages: [], isHalfClosed: false, isCancelled: false });
    client.send(data(1, Buffer.alloc(100), Flag.END_STREAM));
    server.onArriving = () => undefined;
    client.call(3);
    await eventually(() => expect(client.statusOf(3)).toBe('0'));
    expect(client.isClosed).toBe(false);
  });

  it('may be refused when its last octet is here', async () => {
    server.onArriving = ({ stream }) => stream.end(TOO_MUCH);
    client.call(1);
    await eventually(() => expect(client.statusOf(1)).toBe('8'));
    expect(server.calls[0]).toMatchObject({ messages: [], isHalfClosed: false });
  });

  it('ends with what its listener says of a fault', async () => {
    const codes: number[] = [];
    server.onFailed = ({ stream }, { code }) => {
      codes.push(code);
      stream.cut(TOO_MUCH);
    };
    client.send(headers(1, request()), data(1, Buffer.from([1, 0, 0, 0, 0]), Flag.END_STREAM));
    await eventually(() => expect(client.statusOf(1)).toBe('8'));
    expect(codes).toEqual([13]);
  });
});

it('an answer that is cut leaves out what its caller does not take', async () => {
  client.close();
  client = await RawClient.open(
    server.port,
    Buffer.concat([PREFACE, settings([Setting.INITIAL_WINDOW_SIZE, 10])]),
  );
  server.onCall = ({ stream }) => stream.sendMessage(Buffer.alloc(100));
  client.call(1);
  await eventually(() => expect(client.of(FrameType.DATA)).toHaveLength(1));
  const stream = server.calls[0]?.stream;
  stream?.end({ code: 0, details: '', metadata: {} });
  stream?.cut(TOO_MUCH);
  await eventually(() => expect(client.statusOf(1)).toBe('8'));
  expect(client.of(FrameType.DATA).map(({ payload }) => payload.length)).toEqual([10]);
  client.call(3);
  await eventually(() => expect(client.headersOf(3)).not.toEqual([]));
});
