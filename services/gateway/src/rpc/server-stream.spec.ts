import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { AppError } from '@gatehouse/errors';
import { eventually } from '@gatehouse/testing';
import { openRequest, readText, startFeedGateway, type FeedGateway } from '../spec/feed-gateway.js';
import { upstreamKinds } from '../upstream/upstream-kind.js';

const PATH = '/v1/feeds/news:watch';

describe.each(upstreamKinds)('by %s:', (kind) => {
  let gateway: FeedGateway;

  beforeAll(async () => {
    gateway = await startFeedGateway({ GATEHOUSE_UPSTREAM: kind });
  });
  afterAll(() => gateway.stop());
  afterEach(() => {
    gateway.feed.behaviour = {};
  });

  /** What a watcher of two numbers reads. */
  async function watch(headers: Record<string, string> = {}, method = 'GET') {
    return gateway.send(PATH, { method, accessToken: gateway.accessToken(), headers });
  }

  function failure() {
    return new AppError({ code: status.RESOURCE_EXHAUSTED, reason: 'QUOTA_USED', message: 'enough' });
  }

  const PROBLEM = expect.objectContaining({ status: 429, code: 'RESOURCE_EXHAUSTED', reason: 'QUOTA_USED' });

  describe('a stream of replies', () => {
    const twoReplies = () => {
      gateway.feed.behaviour.Watch = (call) => {
        call.write({ number: 1, text: call.request['topic'] as string });
        call.write({ number: 2, text: 'a\nb' });
      };
    };
    const first = '{"number":1,"text":"news"}';
    const second = '{"number":2,"text":"a\\nb"}';

    it.each([
      [undefined, 'application/x-ndjson', `${first}\n${second}\n`],
      ['*/*', 'application/x-ndjson', `${first}\n${second}\n`],
      ['text/event-stream', 'text/event-stream', `data: ${first}\n\ndata: ${second}\n\n`],
      ['application/json', 'application/json', `[${first},${second}]`],
      [
        'application/json;q=0.5, text/event-stream',
        'text/event-stream',
        `data: ${first}\n\ndata: ${second}\n\n`,
      ],
    ])('to who accepts %p is %p', async (accept, contentType, text) => {
      twoReplies();
      const answer = await watch(accept === undefined ? {} : { accept });
      expect(answer).toMatchObject({ status: 200, text });
      expect(answer.headers).toMatchObject({
        'content-type': contentType,
        vary: 'Accept',
        'cache-control': 'no-store',
      });
      expect((await gateway.lineOf(answer))['grpc_code']).toBe('OK');
    });

    it.each([
      ['application/x-ndjson', ''],
      ['application/json', '[]'],
      ['text/event-stream', ''],
    ])('that is empty is sound in %p', async (accept, text) => {
      expect(await watch({ accept })).toMatchObject({ status: 200, text });
    });

    it('is 406 in any other form, and is never opened', async () => {
      let calls = 0;
      gateway.feed.behaviour.Watch = () => void calls++;
      const answer = await watch({ accept: 'text/html' });
      expect(answer).toMatchObject({ status: 406, json: { reason: 'NOT_ACCEPTABLE', status: 406 } });
      expect(calls).toBe(0);
    });

    it('has no body for HEAD', async () => {
      twoReplies();
      const answer = await watch({}, 'HEAD');
      expect(answer).toMatchObject({ status: 200, text: '' });
      expect(answer.headers['content-type']).toBe('application/x-ndjson');
    });

    it('is 401 and 403 without leave', async () => {
      expect((await gateway.send(PATH)).status).toBe(401);
      const accessToken = gateway.accessToken('resources:write');
      expect(await gateway.send(PATH, { accessToken })).toMatchObject({ status: 403 });
    });
  });

  describe('a failure', () => {
    it('before the first message is a problem with its status', async () => {
      gateway.feed.behaviour.Watch = () => {
        throw failure();
      };
      const answer = await watch({ accept: 'text/event-stream' });
      expect(answer.status).toBe(429);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.json).toEqual(PROBLEM);
    });

    it.each([
      ['application/x-ndjson', (text: string) => JSON.parse(text.split('\n')[1] ?? '')],
      ['application/json', (text: string) => JSON.parse(text)[1]],
    ])('after it is the last record in %p', async (accept, lastOf) => {
      gateway.feed.behaviour.Watch = (call) => {
        call.write({ number: 1 });
        throw failure();
      };
      const answer = await watch({ accept });
      expect(answer.status).toBe(200);
      expect(lastOf(answer.text)).toEqual({ '@error': PROBLEM });
      expect(await gateway.lineOf(answer)).toMatchObject({
        http_status: 200,
        grpc_code: 'RESOURCE_EXHAUSTED',
        reason: 'QUOTA_USED',
      });
    });

    it('after it is an event of its own among server-sent ones', async () => {
      gateway.feed.behaviour.Watch = (call) => {
        call.write({ number: 1 });
        throw failure();
      };
      const answer = await watch({ accept: 'text/event-stream' });
      const [, last = ''] = answer.text.split('\n\n');
      expect(last).toMatch(/^event: error\ndata: /);
      expect(JSON.parse(last.slice(last.indexOf('{')))).toEqual(PROBLEM);
    });

    it('is what a deadline brings', async () => {
      gateway.feed.behaviour.Watch = async (call) => {
        call.write({ number: 1 });
        await new Promise((resolve) => call.once('cancelled', resolve));
      };
      const answer = await watch({ 'x-request-timeout': '0.3' });
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text.split('\n')[1] ?? '')).toMatchObject({
        '@error': { code: 'DEADLINE_EXCEEDED', status: 504 },
      });
    });
  });

  describe('the pace', () => {
    it('is that of the service: each message goes out before the next is there', async () => {
      let release = (): void => undefined;
      gateway.feed.behaviour.Watch = async (call) => {
        call.write({ number: 1 });
        await new Promise<void>((resolve) => (release = resolve));
        call.write({ number: 2 });
      };
      const { request, response } = openRequest(gateway, 'GET', PATH);
      request.end();
      const answer = await response;
      const pieces = answer[Symbol.asyncIterator]();
      expect(String((await pieces.next()).value)).toBe('{"number":1,"text":""}\n');
      release();
      expect(String((await pieces.next()).value)).toBe('{"number":2,"text":""}\n');
    });

    it('is that of the caller: the service waits for who does not read', async () => {
      const text = 'x'.repeat(64 * 1024);
      let written = 0;
      const most = 2_000;
      gateway.feed.behaviour.Watch = async (call) => {
        const gone = once(call, 'cancelled');
        for (; written < most && !call.cancelled; written++) {
          if (call.write({ number: written, text })) continue;
          await Promise.race([once(call, 'drain'), gone]);
        }
      };
      const { request, response } = openRequest(gateway, 'GET', PATH);
      request.end();
      const answer = await response;
      answer.pause();
      let before = -1;
      await eventually(async () => {
        const now = written;
        await new Promise((resolve) => setTimeout(resolve, 200));
        const stands = now === before && written === now;
        before = written;
        if (!stands) throw new Error('still writing');
      }, 10_000);
      expect(written).toBeGreaterThan(0);
      expect(written).toBeLessThan(most / 4);
      answer.resume();
      const isCut = () => answer.destroyed && !answer.complete;
      await eventually(() => expect([written, isCut()]).toEqual([most, false]), 100_000);
      request.destroy();
    }, 120_000);

    it('ends with the caller: the call of who goes is cancelled', async () => {
      let gone = false;
      gateway.feed.behaviour.Watch = async (call) => {
        call.write({ number: 1 });
        await new Promise((resolve) => call.once('cancelled', resolve));
        gone = true;
      };
      const { request, response } = openRequest(gateway, 'GET', PATH, { 'x-request-id': 'goes-away' });
      request.end();
      const answer = await response;
      answer.on('error', () => undefined);
      await new Promise((resolve) => answer.once('data', resolve));
      request.destroy();
      await eventually(() => expect(gone).toBe(true));
      await eventually(() => {
        const line = gateway.logLines.find(
          ({ request_id, msg }) => request_id === 'goes-away' && msg === 'request',
        );
        expect(line).toMatchObject({ http_status: 499 });
      });
      const causes = gateway.logLines.filter(
        ({ request_id, msg }) => request_id === 'goes-away' && msg === 'cause',
      );
      expect(causes).toEqual([]);
    });

    it('of many callers that go does not disturb the other calls', async () => {
      gateway.feed.behaviour.Watch = async (call) => {
        call.write({ number: 1 });
        await new Promise((resolve) => call.once('cancelled', resolve));
      };
      gateway.feed.behaviour.Read = () => ({ topic: 'still here' });
      const goers = await Promise.all(
        Array.from({ length: 60 }, async () => {
          const { request, response } = openRequest(gateway, 'GET', PATH);
          request.end();
          (await response).on('error', () => undefined);
          return request;
        }),
      );
      const reads = Array.from({ length: 20 }, () =>
        gateway.send('/v1/feeds/news', { accessToken: gateway.accessToken() }),
      );
      for (const request of goers) request.destroy();
      expect((await Promise.all(reads)).map((answer) => answer.status)).toEqual(reads.map(() => 200));
    });
  });

  describe('a stream of a file', () => {
    it('has the type of its first piece and the bytes of all', async () => {
      const pieces = [Buffer.from([0, 255, 1]), Buffer.from('\n{"'), Buffer.alloc(100_000, 7)];
      gateway.feed.behaviour.Download = (call) => {
        for (const [index, piece] of pieces.entries()) {
          call.write({
            ...(index === 0 ? { contentType: 'image/png' } : {}),
            data: piece.toString('base64'),
          });
        }
      };
      const { request, response } = openRequest(gateway, 'GET', '/v1/feeds/a:download', {
        accept: 'image/*',
      });
      request.end();
      const answer = await response;
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      expect(answer.headers['content-type']).toBe('image/png');
      expect(Buffer.concat(chunks).equals(Buffer.concat(pieces))).toBe(true);
    });

    it('is cut short when it fails, so that nobody takes it for whole', async () => {
      gateway.feed.behaviour.Download = (call) => {
        call.write({ contentType: 'text/plain', data: Buffer.from('half').toString('base64') });
        throw failure();
      };
      const { request, response } = openRequest(gateway, 'GET', '/v1/feeds/a:download');
      request.end();
      await expect(response.then(readText)).rejects.toMatchObject({ code: 'ECONNRESET' });
    });
  });
});
