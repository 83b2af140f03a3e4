import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { ErrorCode } from '../frames/error-code.js';
import { Flag, FrameType } from '../frames/frame.js';
import { HpackEncoder } from '../hpack/hpack-encoder.js';
import { RawClient, request } from '../spec/raw-client.js';
import { data, headerFrames, headers, message, type Fields } from '../spec/wire.js';
import { SpecServer } from './spec/spec-server.js';

/** What the server says it admits, and reads at most. */
const ADMITTED = 16 * 1024;
const READ = 4 * ADMITTED;

let server: SpecServer;
let client: RawClient;
beforeEach(async () => {
  server = await SpecServer.start({ maxHeaderListSize: ADMITTED });
  client = await RawClient.open(server.port);
});
afterEach(() => {
  client.close();
  server.close();
});

const filler = (octets: number): Fields => [['x-filler', 'a'.repeat(octets)]];
/** As clients of gRPC send it: the protocol's own behind the metadata. */
const largeCall = (octets: number): Fields => {
  const fields = request();
  return [...fields.slice(0, 4), ...filler(octets), ...fields.slice(4)];
};

describe('headers that are larger than was admitted', () => {
  it.each([20_000, READ - 500])(
    '(%i octets) end their call, and no other of the connection',
    async (octets) => {
      server.onCall = ({ stream }) => {
        if (stream.path !== '/hold') stream.end({ code: 0, details: '', metadata: {} });
      };
      client.call(1, 'ask', '/hold');
      client.send(headers(3, largeCall(octets)), data(3, message('ask'), Flag.END_STREAM));
      await eventually(() => expect(client.statusOf(3)).toBe('8'));
      client.call(5);
      await eventually(() => expect(client.statusOf(5)).toBe('0'));
      expect(server.calls.map(({ stream }) => stream.id)).toEqual([1, 5]);
      server.calls[0]?.stream.end({ code: 0, details: '', metadata: {} });
      await eventually(() => expect(client.statusOf(1)).toBe('0'));
      expect(client.of(FrameType.GOAWAY)).toEqual([]);
    },
  );

  it('are read to their end all the same: later ones may refer to them', async () => {
    const encoder = new HpackEncoder();
    const bytes = Buffer.alloc(2 * READ);
    const encode = (fields: Fields): Buffer => {
      encoder.begin(bytes, 0);
      for (const [name, value] of fields)
        if (name === 'x-filler') encoder.neverIndexed(name, value);
        else encoder.indexed(name, value);
      return Buffer.from(bytes.subarray(0, encoder.end()));
    };
    const mark: Fields[number] = ['x-mark', 'behind all that was admitted'];
    client.send(headerFrames(1, encode([...largeCall(20_000), mark]), Flag.END_STREAM));
    const again = encode([...request(), mark]);
    expect(again.includes(mark[1])).toBe(false);
    client.send(headerFrames(3, again), data(3, message('ask'), Flag.END_STREAM));
    await eventually(() => expect(client.statusOf(3)).toBe('0'));
    expect(client.statusOf(1)).toBe('8');
    expect(server.calls.map(({ stream }) => stream.metadata)).toEqual([mark]);
  });

  it('are HTTP 431 where they are none of gRPC', async () => {
    const page = largeCall(20_000).filter(([name]) => name !== 'content-type');
    client.send(headers(1, page, Flag.END_STREAM));
    await eventually(() => expect(client.headersOf(1)).toEqual([':status: 431']));
    client.call(3);
    await eventually(() => expect(client.statusOf(3)).toBe('0'));
  });

  it('end the connection where they are larger than is read', async () => {
    client.send(headers(1, largeCall(READ), Flag.END_STREAM));
    await eventually(() => expect(client.goaway).toBe(ErrorCode.ENHANCE_YOUR_CALM));
    expect(server.calls).toEqual([]);
  });
});
