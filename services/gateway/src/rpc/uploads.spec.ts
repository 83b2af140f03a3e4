import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { AppError } from '@gatehouse/errors';
import { eventually } from '@gatehouse/testing';
import { openRequest, readText, startFeedGateway, type FeedGateway } from '../spec/feed-gateway.js';
import { upstreamKinds } from '../upstream/upstream-kind.js';

const NDJSON = { 'content-type': 'application/x-ndjson' };

describe.each(upstreamKinds)('by %s:', (kind) => {
  let gateway: FeedGateway;
  /** The messages that the backend has received of the upload at hand. */
  let received: JsonObject[] = [];

  beforeAll(async () => {
    gateway = await startFeedGateway({
      GATEHOUSE_UPSTREAM: kind,
      GATEHOUSE_BODY_LIMITS:
        'gatehouse.resources.v1.FeedService.Upload=3000000,gatehouse.resources.v1.FeedService.Echo=100',
    });
  });
  afterAll(() => gateway.stop());
  afterEach(() => {
    gateway.feed.behaviour = {};
    received = [];
  });

  function collect(path: string, body: string, headers: Record<string, string> = NDJSON) {
    gateway.feed.behaviour.Collect = async (call) => {
      for await (const message of call) received.push(message as JsonObject);
      return { count: received.length, etag: 'v1' };
    };
    return gateway.send(path, { method: 'POST', accessToken: gateway.accessToken(), headers, body });
  }

  describe('an upload of JSON', () => {
    it.each([
      ['NDJSON', NDJSON, '{"text":"a"}\n{"text":"b\\n"}\n\n{"total":"9007199254740993"}'],
      [
        'an array',
        { 'content-type': 'application/json' },
        '[{"text":"a"}, {"text":"b\\n"},{"total":9007199254740993}]',
      ],
    ])('of %s becomes a stream, its path in the first message alone', async (_name, headers, body) => {
      const answer = await collect('/v1/feeds/news:collect', body, headers);
      expect(answer).toMatchObject({ status: 200, json: { count: 3 } });
      expect(answer.headers.etag).toBe('"v1"');
      expect(received).toEqual([
        { topic: 'news', text: 'a' },
        { text: 'b\n' },
        { total: '9007199254740993' },
      ]);
    });

    it('that is empty has its path', async () => {
      expect(await collect('/v1/feeds/news:collect', '')).toMatchObject({ status: 200, json: { count: 1 } });
      expect(received).toEqual([{ topic: 'news' }]);
    });

    it.each([
      ['an unknown member', '{"text":"a"}\n{"txet":"b"}\n', 400, 'FIELD_UNKNOWN'],
      ['half a message', '{"text":"a"}\n{"text":', 400, 'JSON_MALFORMED'],
      ['a path that disagrees', '{"topic":"other"}\n', 400, 'FIELD_CONFLICT'],
      ['bytes that are no text', '{"text":"\u{0}"}', 400, 'JSON_MALFORMED'],
      ['a message above 1 MiB', `{"text":"${'x'.repeat(1_100_000)}"}`, 413, 'MESSAGE_TOO_LARGE'],
    ])('with %s is refused', async (_name, body, code, reason) => {
      expect(await collect('/v1/feeds/news:collect', body)).toMatchObject({ status: code, json: { reason } });
    });

    it.each([['text/plain'], ['application/x-www-form-urlencoded'], ['']])(
      'of type %p is 415',
      async (type) => {
        const answer = await collect('/v1/feeds/news:collect', '{}', { 'content-type': type });
        expect(answer).toMatchObject({ status: 415, json: { reason: 'CONTENT_TYPE_UNSUPPORTED' } });
      },
    );

    it('reaches the service while it is being sent', async () => {
      gateway.feed.behaviour.Collect = async (call) => {
        for await (const message of call) received.push(message as JsonObject);
        return { count: received.length };
      };
      const { request, response } = openRequest(gateway, 'POST', '/v1/feeds/news:collect', NDJSON);
      request.write('{"text":"first"}\n');
      await eventually(() => expect(received).toEqual([{ topic: 'news', text: 'first' }]));
      request.end('{"text":"second"}\n');
      expect(JSON.parse(await readText(await response))).toMatchObject({ count: 2 });
    });

    it('ends when the service refuses it', async () => {
      gateway.feed.behaviour.Collect = async (call) => {
        await once(call, 'data');
        throw new AppError({ code: status.FAILED_PRECONDITION, reason: 'FULL', message: 'no more' });
      };
      const { request, response } = openRequest(gateway, 'POST', '/v1/feeds/news:collect', NDJSON);
      request.write('{"text":"first"}\n');
      const answer = await response;
      expect(answer.statusCode).toBe(400);
      expect(answer.headers.connection).toBe('close');
      expect(JSON.parse(await readText(answer))).toMatchObject({ reason: 'FULL' });
      request.destroy();
    });

    it('is cancelled when its caller goes in the middle', async () => {
      let gone = false;
      gateway.feed.behaviour.Collect = (call) =>
        new Promise((resolve) => {
          call.on('data', (message: JsonObject) => received.push(message));
          call.on('error', () => undefined);
          call.once('cancelled', () => {
            gone = true;
            resolve({});
          });
        });
      const { request, response } = openRequest(gateway, 'POST', '/v1/feeds/news:collect', NDJSON);
      const failed = expect(response).rejects.toMatchObject({ code: 'ECONNRESET' });
      request.write('{"text":"first"}\n');
      await eventually(() => expect(received).toHaveLength(1));
      request.destroy();
      await failed;
      await eventually(() => expect(gone).toBe(true));
    });
  });

  describe('an upload of a file', () => {
    const upload = (body: Buffer) => {
      let bytes = 0;
      gateway.feed.behaviour.Upload = async (call) => {
        for await (const message of call) {
          const { topic, file } = message as {
            topic?: string;
            file: { contentType?: string; data?: string };
          };
          received.push({ topic: topic ?? null, contentType: file.contentType ?? null });
          bytes += Buffer.from(file.data ?? '', 'base64').length;
        }
        return { bytes: String(bytes) };
      };
      const headers = { 'content-type': 'image/png' };
      const path = '/v1/feeds/news:upload';
      return gateway.send(path, { method: 'POST', accessToken: gateway.accessToken(), headers, body });
    };

    it('goes on piece by piece, its path and type in the first alone', async () => {
      const answer = await upload(Buffer.alloc(2_500_000, 255));
      expect(answer).toMatchObject({ status: 200, json: { bytes: '2500000' } });
      expect(received.length).toBeGreaterThan(10);
      expect(received[0]).toEqual({ topic: 'news', contentType: 'image/png' });
      expect(new Set(received.slice(1).map((message) => JSON.stringify(message)))).toEqual(
        new Set(['{"topic":null,"contentType":null}']),
      );
    });

    it('is 413 above the limit of its route', async () => {
      expect(await upload(Buffer.alloc(3_000_001))).toMatchObject({
        status: 413,
        json: { reason: 'BODY_TOO_LARGE' },
      });
    });

    it('in one message may be larger than JSON, up to what gRPC carries', async () => {
      gateway.feed.behaviour.Put = ({ request }) => {
        const { contentType, data } = request['file'] as { contentType: string; data: string };
        return { topic: contentType, bytes: String(Buffer.from(data, 'base64').length) };
      };
      const put = (size: number) =>
        gateway.send('/v1/feeds/news', {
          method: 'PUT',
          accessToken: gateway.accessToken(),
          headers: { 'content-type': 'application/pdf' },
          body: Buffer.alloc(size, 1),
        });
      expect(await put(3_000_000)).toMatchObject({
        status: 200,
        json: { topic: 'application/pdf', bytes: '3000000' },
      });
      expect(await put(4_200_000)).toMatchObject({ status: 413, json: { reason: 'BODY_TOO_LARGE' } });
    });
  });

  describe('a file in one message', () => {
    it('is answered as its bytes, with its type', async () => {
      gateway.feed.behaviour.Fetch = () => ({
        contentType: 'text/csv',
        data: Buffer.from('a,b\n').toString('base64'),
      });
      const answer = await gateway.send('/v1/feeds/news:fetch', { accessToken: gateway.accessToken() });
      expect(answer).toMatchObject({ status: 200, text: 'a,b\n' });
      expect(answer.headers).toMatchObject({ 'content-type': 'text/csv', 'content-length': '4' });
    });
  });

  describe('the limit of one route', () => {
    it('is that of the setting', async () => {
      const echo = (text: string) =>
        gateway.send('/v1/feeds/news:echo', {
          method: 'POST',
          accessToken: gateway.accessToken(),
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ text }),
        });
      expect((await echo('short')).status).toBe(200);
      expect(await echo('x'.repeat(100))).toMatchObject({ status: 413, json: { reason: 'BODY_TOO_LARGE' } });
    });

    it.each([
      ['an RPC without a route', 'gatehouse.resources.v1.FeedService.Nothing=100'],
      ['more than one message can hold', 'gatehouse.resources.v1.FeedService.Echo=5000000'],
    ])('may not name %s', async (_name, limit) => {
      await expect(startFeedGateway({ GATEHOUSE_BODY_LIMITS: limit })).rejects.toThrow('BODY_LIMITS');
    });
  });
});
