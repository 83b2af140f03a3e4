import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { ErrorCode } from '../frames/error-code.js';
import { Flag, FrameType } from '../frames/frame.js';
import { HpackDecoder } from '../hpack/hpack-decoder.js';
import { decodeLines } from '../hpack/spec/field-lists.js';
import { OK, RawServer, REPLY, type RawConnection } from '../spec/raw-server.js';
import { block, data, frame, headers, message, settings, uint32 } from '../spec/wire.js';
import { Setting } from '../connection/settings.js';
import type { Channel } from './channel.js';
import { open, outcomeOf, start, unary } from './spec/calls.js';
import { firstOf } from './spec/hostile-first-call.js';

let server: RawServer;
let channel: Channel;
beforeEach(async () => {
  server = await RawServer.start();
  channel = open(server.target, { isIdempotent: (path) => path.endsWith('/Get') });
});
afterEach(() => {
  channel.close();
  server.close();
});

/** The requests that came on a connection, as `name: value`. */
function requests(connection: RawConnection): string[][] {
  const decoder = new HpackDecoder();
  return connection.of(FrameType.HEADERS).map(({ payload }) => decodeLines(decoder, payload));
}

const soon = (ms: number, path?: string) =>
  outcomeOf(channel.unary({ ...start(path), deadline: performance.now() + ms }));
const fail = (connection: RawConnection, streamId: number, code: number, ...trailers: [string, string][]) =>
  connection.send(
    headers(
      streamId,
      [...REPLY, ['grpc-status', String(code)], ['grpc-message', 'not now'], ...trailers],
      Flag.END_STREAM,
    ),
  );

describe('a request', () => {
  it('is a POST to the path, with what goes with it', async () => {
    const metadata = { authorization: 'Bearer x', 'x-list': ['a', 'b'] };
    await channel.unary({ ...start(), metadata, deadline: Infinity });
    expect(requests(firstOf(server))).toEqual([
      [
        ':method: POST',
        ':scheme: http',
        ':path: /spec.Service/Get',
        `:authority: ${server.target.slice('ipv4:'.length)}`,
        'te: trailers',
        'content-type: application/grpc',
        expect.stringMatching(/^user-agent: grpc-/),
        'authorization: Bearer x',
        'x-list: a',
        'x-list: b',
      ],
    ]);
  });

  it('says how long it may take', async () => {
    await soon(10_000);
    const timeout = requests(firstOf(server))[0]?.find((line) => line.startsWith('grpc-timeout: '));
    const ms = Number(/^grpc-timeout: (\d+)m$/.exec(timeout ?? '')?.[1]);
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThanOrEqual(10_000);
  });

  it('with a secret has it in no table', async () => {
    const call = { ...start(), metadata: { authorization: `Bearer ${'x'.repeat(100)}`, 'x-id': '1' } };
    await channel.unary(call);
    await channel.unary(call);
    const [, second] = firstOf(server).of(FrameType.HEADERS);
    const literal = Buffer.from([0x1f, 23 - 0x0f, 107]);
    expect(second?.payload.includes(literal)).toBe(true);
  });

  it('with metadata that cannot be sent is INTERNAL, and harms nobody', async () => {
    for (const [name, value] of [
      ['x-a', 'a\r\nb'],
      ['X-A', 'a'],
      ['te', 'x'],
    ] as const)
      expect(await outcomeOf(channel.unary({ ...start(), metadata: { [name]: value } }))).toMatchObject({
        code: 'INTERNAL',
      });
    expect(await outcomeOf(channel.unary({ ...start('/a\nb'), metadata: {} }))).toMatchObject({
      code: 'INTERNAL',
    });
    expect(await unary(channel)).toMatchObject({ code: 'OK' });
  });

  it('with more metadata than the service takes is RESOURCE_EXHAUSTED, and not sent', async () => {
    server.greeting = settings([Setting.MAX_HEADER_LIST_SIZE, 2_000]);
    const metadata = { 'x-a': 'a'.repeat(2_000) };
    expect(await outcomeOf(channel.unary({ ...start(), metadata }))).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
    });
    expect(await unary(channel)).toMatchObject({ code: 'OK' });
    expect(requests(firstOf(server))).toHaveLength(1);
  });

  it('with much metadata is sent in several frames', async () => {
    const metadata = { 'x-a': 'a'.repeat(40_000) };
    const whole = eventually(() => {
      const parts = firstOf(server).frames.filter(({ type }) => [1, 9].includes(type));
      expect(parts.map(({ type, flags }) => [type, flags])).toEqual([
        [FrameType.HEADERS, 0],
        [FrameType.CONTINUATION, 0],
        [FrameType.CONTINUATION, Flag.END_HEADERS],
      ]);
      return Buffer.concat(parts.map(({ payload }) => payload));
    });
    await outcomeOf(channel.unary({ ...start(), metadata }));
    expect(decodeLines(new HpackDecoder(), await whole)).toContain(`x-a: ${'a'.repeat(40_000)}`);
  });
});

describe('a deadline', () => {
  it('ends a call that is not answered, and its stream', async () => {
    server.onRequest = () => undefined;
    expect(await soon(100)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    const reset = await eventually(() => {
      expect(firstOf(server).of(FrameType.RST_STREAM)).toHaveLength(1);
      return firstOf(server).of(FrameType.RST_STREAM)[0];
    });
    expect(reset?.payload).toEqual(uint32(ErrorCode.CANCEL));
  });

  it('that is over has nothing sent', async () => {
    expect(await soon(-1)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(server.connections).toEqual([]);
  });

  it('ends a call that waits for a stream', async () => {
    server.greeting = settings([Setting.MAX_CONCURRENT_STREAMS, 0]);
    expect(await soon(200)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(requests(firstOf(server))).toEqual([]);
  });

  it('ends a call that waits to be made again', async () => {
    server.onRequest = (connection, streamId) =>
      fail(connection, streamId, 14, ['grpc-retry-pushback-ms', '20000']);
    expect(await soon(500)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('leaves what comes too late without effect', async () => {
    server.onRequest = () => undefined;
    expect(await soon(50)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    firstOf(server).answer(1, 'late');
    server.onRequest = (connection, streamId) => connection.answer(streamId, 'next');
    expect(await unary(channel)).toMatchObject({ code: 'OK', message: 'next' });
    expect(server.connections).toHaveLength(1);
  });

  it('that the service notices first is the same', async () => {
    server.onRequest = (connection, streamId) => fail(connection, streamId, 4);
    expect(await unary(channel)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });
});

describe('a call that fails', () => {
  it.each([14, 13])(
    'is made again, and says how often it was made, when it changes nothing (%i)',
    async (code) => {
      let calls = 0;
      server.onRequest = (connection, streamId) => {
        if (++calls < 3) fail(connection, streamId, code);
        else connection.answer(streamId, 'well');
      };
      expect(await unary(channel)).toMatchObject({ code: 'OK' });
      const attempts = requests(firstOf(server)).map((lines) =>
        lines.find((line) => line.startsWith('grpc-previous-rpc-attempts')),
      );
      expect(attempts).toEqual([undefined, 'grpc-previous-rpc-attempts: 1', 'grpc-previous-rpc-attempts: 2']);
    },
  );

  it.each([
    ['/spec.Service/Create', 14, 'UNAVAILABLE'],
    ['/spec.Service/Create', 13, 'INTERNAL'],
    ['/spec.Service/Get', 5, 'NOT_FOUND'],
  ])('is not made again otherwise (%s, %i)', async (path, code, name) => {
    server.onRequest = (connection, streamId) => fail(connection, streamId, code);
    expect(await unary(channel, path)).toEqual({ code: name, details: 'not now' });
    expect(requests(firstOf(server))).toHaveLength(1);
  });

  it('is not made again once the service has begun to answer', async () => {
    server.onRequest = (connection, streamId) =>
      connection.send(headers(streamId, REPLY), headers(streamId, [['grpc-status', '14']], Flag.END_STREAM));
    expect(await unary(channel)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(requests(firstOf(server))).toHaveLength(1);
  });

  it('is made again on the next connection when one is lost', async () => {
    server.onRequest = (connection, streamId) => {
      if (connection === firstOf(server)) connection.socket.destroy();
      else connection.answer(streamId, 'well');
    };
    expect(await unary(channel)).toMatchObject({ code: 'OK' });
  });

  it('like all others is hardly made again', async () => {
    server.onRequest = (connection, streamId) => fail(connection, streamId, 14);
    for (let call = 0; call < 20; call++) await unary(channel);
    await Promise.all(Array.from({ length: 300 }, () => unary(channel)));
    expect(requests(firstOf(server)).length).toBeLessThanOrEqual(330);
  });
});

describe('a stream of replies', () => {
  const begin = () => channel.serverStream(start('/spec.Service/Watch'));

  it('is made again as long as it has not begun', async () => {
    let calls = 0;
    server.onRequest = (connection, streamId) => {
      if (++calls < 2) connection.send(frame(FrameType.RST_STREAM, 0, streamId, uint32(7)));
      else connection.answer(streamId, 'well');
    };
    const messages: string[] = [];
    for await (const one of begin()) messages.push(Buffer.from(one).toString());
    expect(messages).toEqual(['well']);
  });

  it('has its messages before its failure', async () => {
    server.onRequest = (connection, streamId) =>
      connection.send(
        headers(streamId, [...REPLY, ['x-head', 'here']]),
        data(streamId, Buffer.concat([message('a'), message('b')])),
        headers(streamId, [['grpc-status', '9']], Flag.END_STREAM),
      );
    const stream = begin();
    const seen: string[] = [];
    const all = (async () => {
      for await (const one of stream) seen.push(Buffer.from(one).toString());
    })();
    await expect(all).rejects.toMatchObject({ code: 9 });
    expect(seen).toEqual(['a', 'b']);
    expect(stream.metadataOfReply).toEqual(new Map([['x-head', ['here']]]));
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('that is left is cancelled', async () => {
    server.onRequest = (connection, streamId) =>
      connection.send(headers(streamId, REPLY), data(streamId, message('a')), data(streamId, message('b')));
    for await (const one of begin()) if (one.length > 0) break;
    await eventually(() => expect(firstOf(server).of(FrameType.RST_STREAM)).toHaveLength(1));
  });

  it('that several wait for gives each a message', async () => {
    server.onRequest = (connection, streamId) =>
      connection.send(
        headers(streamId, REPLY),
        data(streamId, message('a')),
        data(streamId, message('b')),
        frame(FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, streamId, block(OK)),
      );
    const stream = begin();
    const results = await Promise.all([stream.next(), stream.next(), stream.next()]);
    expect(results.map(({ value }) => value && Buffer.from(value).toString())).toEqual(['a', 'b', undefined]);
  });
});
