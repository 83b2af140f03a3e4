import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { Setting } from '../connection/settings.js';
import { ErrorCode } from '../frames/error-code.js';
import { Flag, FrameType, MAX_31_BITS, PREFACE } from '../frames/frame.js';
import { RawClient, request } from '../spec/raw-client.js';
import { data, frame, headers, message, settings, uint32, windowUpdate } from '../spec/wire.js';
import type { ServerLimits } from './server-connection.js';
import { SpecServer, type SpecCall } from './spec/spec-server.js';

let server: SpecServer;
let client: RawClient;
afterEach(() => {
  client.close();
  server.close();
});

async function open(limits: Partial<ServerLimits> = {}, ...greeting: Buffer[]): Promise<void> {
  server = await SpecServer.start(limits);
  client = await RawClient.open(server.port, Buffer.concat([PREFACE, settings(), ...greeting]));
}

/** A call that is there with the beginning of the connection, however soon that is to end. */
const FIRST = [headers(1, request()), data(1, message('ask'), Flag.END_STREAM)] as const;

/** Calls are held until they are released. */
function hold(): SpecCall[] {
  const held: SpecCall[] = [];
  server.onCall = (call) => void held.push(call);
  return held;
}

const HEAD = [':status: 200', 'content-type: application/grpc', 'grpc-accept-encoding: identity'];
const OK = { code: 0, details: '', metadata: {} } as const;
const goaways = () => client.of(FrameType.GOAWAY).map(({ payload }) => payload.readUInt32BE(0));

describe('a call', () => {
  it('is answered with head, message and trailers, and is over', async () => {
    await open();
    client.call(1, 'hello');
    await eventually(() => expect(client.statusOf(1)).toBe('0'));
    expect(client.headersOf(1)).toEqual([...HEAD, 'grpc-status: 0']);
    expect(client.of(FrameType.DATA).map(({ payload }) => payload)).toEqual([message('hello')]);
    expect(client.of(FrameType.HEADERS).map(({ flags }) => flags)).toEqual([4, 5]);
    expect(client.of(FrameType.RST_STREAM)).toEqual([]);
  });

  it('has its path, caller, deadline and metadata, several of a name too', async () => {
    await open();
    const calls = hold();
    const before = performance.now();
    client.send(
      headers(
        1,
        request('/a.B/C', ['grpc-timeout', '10S'], ['x-a', '1'], ['x-b-bin', 'AAE'], ['x-a', '2']),
        1,
      ),
    );
    await eventually(() => expect(calls).toHaveLength(1));
    const { stream } = calls[0] as SpecCall;
    expect(stream.path).toBe('/a.B/C');
    expect(stream.authority).toBe('spec');
    expect(stream.peer).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(stream.deadline).toBeGreaterThanOrEqual(before + 10_000);
    expect(stream.deadline).toBeLessThanOrEqual(performance.now() + 10_000);
    expect(stream.metadata).toEqual(['x-a', '1', 'x-b-bin', 'AAE', 'x-a', '2']);
  });

  it('that fails is trailers alone, with text and metadata', async () => {
    await open();
    server.onCall = ({ stream }) =>
      stream.end({
        code: 5,
        details: 'für 100 %',
        metadata: { 'grpc-status-details-bin': 'CAU=', 'x-a': ['1', '2'] },
      });
    client.call(1);
    await eventually(() => expect(client.statusOf(1)).toBe('5'));
    expect(client.headersOf(1).slice(HEAD.length)).toEqual([
      'grpc-status: 5',
      'grpc-message: f%C3%BCr 100 %25',
      'grpc-status-details-bin: CAU=',
      'x-a: 1',
      'x-a: 2',
    ]);
    expect(client.of(FrameType.HEADERS)).toHaveLength(1);
  });

  it('whose trailers its caller does not take has its code and text all the same', async () => {
    await open();
    client.send(frame(FrameType.SETTINGS, 0, 0, Buffer.from('000600000400', 'hex')));
    server.onCall = ({ stream }) =>
      stream.end({ code: 5, details: 'gone', metadata: { 'x-a': 'a'.repeat(2_000) } });
    client.call(1);
    await eventually(() => expect(client.statusOf(1)).toBe('5'));
    expect(client.headersOf(1).slice(HEAD.length)).toEqual(['grpc-status: 5', 'grpc-message: gone']);
  });

  it('that is answered before all of it has come is not read any further', async () => {
    await open();
    client.send(headers(1, request()));
    await eventually(() => expect(server.calls).toHaveLength(1));
    server.calls[0]?.stream.end(OK);
    await eventually(() => expect(client.resetOf(1)).toBe(ErrorCode.NO_ERROR));
    client.send(data(1, message('late')), data(1, message('later'), Flag.END_STREAM));
    client.call(3);
    await eventually(() => expect(client.statusOf(3)).toBe('0'));
    expect(server.calls[0]?.messages).toEqual([]);
  });

  it('that is taken back is cancelled', async () => {
    await open();
    const calls = hold();
    client.call(1);
    await eventually(() => expect(calls).toHaveLength(1));
    client.send(frame(FrameType.RST_STREAM, 0, 1, uint32(ErrorCode.CANCEL)));
    await eventually(() => expect(calls[0]?.isCancelled).toBe(true));
    calls[0]?.stream.sendMessage(Buffer.from('late'));
    calls[0]?.stream.end(OK);
    client.call(3);
    await eventually(() => expect(calls).toHaveLength(2));
    expect(client.of(FrameType.DATA)).toEqual([]);
  });
});

describe('a connection', () => {
  it('says what it admits', async () => {
    await open({ maxConcurrentCalls: 7 });
    client.call(1);
    await eventually(() => expect(client.statusOf(1)).toBe('0'));
    const [greeting] = client.frames;
    const admitted = Array.from({ length: (greeting?.payload.length ?? 0) / 6 }, (_, index) => [
      greeting?.payload.readUInt16BE(6 * index),
      greeting?.payload.readUInt32BE(6 * index + 2),
    ]);
    expect(Object.fromEntries(admitted)).toEqual({
      [Setting.MAX_CONCURRENT_STREAMS]: 7,
      [Setting.INITIAL_WINDOW_SIZE]: 262_144,
      [Setting.MAX_HEADER_LIST_SIZE]: 32_768,
    });
  });

  it('has no more calls at once than it admits; others are refused before they begin', async () => {
    await open({ maxConcurrentCalls: 2 });
    const calls = hold();
    for (const id of [1, 3, 5]) client.call(id);
    await eventually(() => expect(client.resetOf(5)).toBe(ErrorCode.REFUSED_STREAM));
    expect(calls).toHaveLength(2);
    for (const { stream } of calls) stream.end(OK);
    client.call(7);
    await eventually(() => expect(calls).toHaveLength(3));
  });

  it('that is old takes no new calls, and ends with those under way', async () => {
    await open({ maxAgeMs: 1, noticeMs: 60_000 }, ...FIRST);
    const calls = hold();
    await eventually(() => expect(goaways()).toEqual([MAX_31_BITS]));
    // What was on its way when the caller learned of it is served.
    client.call(3);
    const [ping] = client.of(FrameType.PING);
    client.send(frame(FrameType.PING, Flag.ACK, 0, ping?.payload));
    await eventually(() => expect(goaways()).toEqual([MAX_31_BITS, 3]));
    client.call(5);
    await eventually(() => expect(client.resetOf(5)).toBe(ErrorCode.REFUSED_STREAM));
    expect(client.isClosed).toBe(false);
    for (const { stream } of calls) stream.end(OK);
    await eventually(() => expect(client.isClosed).toBe(true));
    expect([client.statusOf(1), client.statusOf(3)]).toEqual(['0', '0']);
  });

  it('that takes no new calls bears what else comes of those that it has not taken', async () => {
    await open({ maxAgeMs: 1, noticeMs: 1 }, ...FIRST);
    const calls = hold();
    await eventually(() => expect(goaways()).toEqual([MAX_31_BITS, 1]));
    client.send(headers(3, request()), windowUpdate(3, 1), frame(FrameType.RST_STREAM, 0, 3, uint32(8)));
    await eventually(() => expect(client.resetOf(3)).toBe(ErrorCode.REFUSED_STREAM));
    for (const { stream } of calls) stream.end(OK);
    await eventually(() => expect(client.isClosed).toBe(true));
    expect(client.statusOf(1)).toBe('0');
    expect(goaways()).toEqual([MAX_31_BITS, 1]);
  });

  it('that is old is not waited for without end, nor is its caller', async () => {
    await open({ maxAgeMs: 1, maxAgeGraceMs: 200, noticeMs: 50 }, ...FIRST);
    const calls = hold();
    await eventually(() => expect(goaways()).toEqual([MAX_31_BITS, 1]));
    await eventually(() => expect(client.isClosed).toBe(true));
    expect(calls[0]?.isCancelled).toBe(true);
  });

  it('without calls is kept for a while', async () => {
    await open({ maxIdleMs: 300 });
    const calls = hold();
    client.call(1);
    await eventually(() => expect(calls).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(goaways()).toEqual([]);
    calls[0]?.stream.end(OK);
    await eventually(() => expect(goaways()[0]).toBe(MAX_31_BITS));
  });

  it('whose caller does not answer is given up', async () => {
    await open({ keepalive: { timeMs: 50, timeoutMs: 200, withoutCalls: true } });
    await eventually(() => expect(client.isClosed).toBe(true));
  });
});

describe('a server that ends', () => {
  it('finishes what it has begun', async () => {
    await open();
    const calls = hold();
    client.call(1);
    await eventually(() => expect(calls).toHaveLength(1));
    let isOver = false;
    const over = server.frames.drain().then(() => (isOver = true));
    await eventually(() => expect(goaways()).toEqual([MAX_31_BITS, 1]));
    expect(isOver).toBe(false);
    calls[0]?.stream.end(OK);
    await over;
    await eventually(() => expect(client.statusOf(1)).toBe('0'));
  });

  it('without a caller is over at once', async () => {
    await open();
    client.close();
    await server.frames.drain();
  });

  it('by force cancels what it has begun', async () => {
    await open();
    const calls = hold();
    client.call(1);
    await eventually(() => expect(calls).toHaveLength(1));
    server.frames.close();
    expect(calls[0]?.isCancelled).toBe(true);
    await eventually(() => expect(client.isClosed).toBe(true));
  });
});
