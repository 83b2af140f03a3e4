import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@bufbuild/protobuf';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { AppError, platformReasons } from '@gatehouse/errors';
import { eventually } from '@gatehouse/testing';
import { FEED_SERVICE } from '../spec/feed-contract.js';
import { startFeedGateway, type FeedGateway } from '../spec/feed-gateway.js';
import { framed, RawGrpc } from '../spec/raw-grpc.js';
import { SpecGrpcClient } from '../spec/spec-grpc-client.js';
import { upstreamKinds } from '../upstream/upstream-kind.js';

const ECHO = `/${FEED_SERVICE}/Echo`;
const WATCH = `/${FEED_SERVICE}/Watch`;
const COLLECT = `/${FEED_SERVICE}/Collect`;
const READ = `/${FEED_SERVICE}/Read`;

describe.each(upstreamKinds)('over gRPC, and on by %s:', (kind) => {
  let gateway: FeedGateway;
  let client: SpecGrpcClient;
  let direct: SpecGrpcClient;
  let accessToken: string;

  beforeAll(async () => {
    gateway = await startFeedGateway({
      GATEHOUSE_UPSTREAM: kind,
      GATEHOUSE_FORWARD_HEADERS: 'x-tenant',
      GATEHOUSE_EXPOSE_METADATA: 'x-served,x-mark-bin',
    });
    client = new SpecGrpcClient(`127.0.0.1:${gateway.port}`, gateway.feed.contract);
    direct = new SpecGrpcClient(gateway.feedAddress, gateway.feed.contract);
    accessToken = gateway.accessToken();
  });
  afterAll(async () => {
    client.close();
    direct.close();
    await gateway.stop();
  });
  afterEach(() => {
    gateway.feed.behaviour = {};
  });

  const violation = { field: 'topic', description: 'must not be empty', reason: 'string.min_len' };

  describe('a call with one reply ends as at the service itself:', () => {
    it.each<[string, () => JsonObject | Promise<JsonObject>]>([
      ['a reply', () => ({ text: 'größer', count: 7, bytes: '9007199254740993' })],
      ['an empty reply', () => ({})],
      ['a reply of 3 MB', () => ({ text: 'x'.repeat(3_000_000) })],
      ['a reason', () => fail({ code: status.NOT_FOUND, reason: 'TOPIC_UNKNOWN', domain: 'feed.spec' })],
      [
        'fields that are wrong',
        () => fail({ code: status.INVALID_ARGUMENT, reason: 'FIELD_INVALID', violations: [violation] }),
      ],
      ['a time to wait', () => fail({ code: status.UNAVAILABLE, reason: 'AWAY', retryAfterMs: 1_500 })],
      ['facts', () => fail({ code: status.ABORTED, reason: 'MOVED', metadata: { to: 'there' } })],
      ['a fault', () => Promise.reject(new Error('secret words'))],
    ])('%s', async (_name, behaviour) => {
      gateway.feed.behaviour.Echo = behaviour;
      const request = { topic: 'news', text: 'hello' };
      const { head: _, ...expected } = await direct.unary(ECHO, request);
      const { head, trailers, ...outcome } = await client.unary(ECHO, request, { accessToken });
      const { 'x-request-id': id = head['x-request-id'], ...others } = trailers;
      expect({ ...outcome, trailers: others }).toEqual(expected);
      expect(id).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
    });
  });

  it('takes messages as they are, along with what may cross, and nothing else', async () => {
    let seen: { request: JsonObject; metadata: Metadata } | undefined;
    gateway.feed.behaviour.Echo = (call) => {
      seen = call;
      const head = new Metadata();
      head.set('x-served', 'by 7');
      head.set('x-mark-bin', Buffer.from([0, 255]));
      head.set('x-internal', 'no');
      call.sendMetadata(head);
      return { text: 'yes' };
    };
    const metadata = [
      ['x-tenant', 'blue'],
      ['x-request-id', 'mine.1'],
      ['x-client-address', '203.0.113.9'],
      ['x-user', 'root'],
      ['accept-language', 'de'],
    ] as const;
    const request = { topic: 'a', text: 'b', total: '3' };
    const { head, reply } = await client.unary(ECHO, request, { accessToken, metadata });
    expect(reply).toEqual({ text: 'yes' });
    expect(head).toEqual({ 'x-served': ['by 7'], 'x-mark-bin': ['AP8='], 'x-request-id': ['mine.1'] });
    expect(seen?.request).toEqual(request);
    expect(seen?.metadata.getMap()).toMatchObject({
      authorization: `Bearer ${accessToken}`,
      'x-tenant': 'blue',
      'x-request-id': 'mine.1',
      'x-client-address': '127.0.0.1',
      'accept-language': 'de',
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-/),
      'client-user-agent': expect.stringMatching(/^grpc-node-js/),
    });
    expect(seen?.metadata.get('x-user')).toEqual([]);
  });

  it('has one line in the log, with nothing of what was said', async () => {
    gateway.feed.behaviour.Echo = () => fail({ code: status.NOT_FOUND, reason: 'TOPIC_UNKNOWN' });
    const { trailers } = await client.unary(ECHO, { text: 'private' }, { accessToken });
    const lineOf = () =>
      gateway.logLines.filter(({ request_id }) => request_id === (trailers['x-request-id'] as string[])[0]);
    await eventually(() => expect(lineOf()).toHaveLength(1));
    expect(lineOf()[0]).toMatchObject({
      msg: 'request',
      protocol: 'grpc',
      grpc_path: ECHO,
      grpc_code: 'NOT_FOUND',
      reason: 'TOPIC_UNKNOWN',
      credential: 'bearer',
      client_address: '127.0.0.1',
    });
    expect(JSON.stringify(lineOf())).not.toMatch(/private|Bearer|eyJ/);
  });

  describe('a stream of replies', () => {
    it('is handed on message by message, in order, of whatever size', async () => {
      const sizes = [0, 1, 70_000, 1_000_000, 3];
      gateway.feed.behaviour.Watch = (call) =>
        sizes.forEach((size, index) => call.write({ number: index + 1, text: 'x'.repeat(size) }));
      const call = client.serverStream(WATCH, { topic: 'news' }, { accessToken });
      const seen: number[] = [];
      for await (const message of call)
        seen.push(((message as JsonObject)['text'] as string | undefined)?.length ?? 0);
      expect(seen).toEqual(sizes);
    });

    it('has its messages before its failure', async () => {
      gateway.feed.behaviour.Watch = async (call) => {
        call.write({ number: 1 });
        await Promise.resolve();
        fail({ code: status.RESOURCE_EXHAUSTED, reason: 'QUOTA_USED' });
      };
      const call = client.serverStream(WATCH, {}, { accessToken });
      const seen: unknown[] = [];
      call.on('data', (message) => seen.push(message));
      const [error] = (await once(call, 'error')) as [ServiceError];
      expect(error.code).toBe(status.RESOURCE_EXHAUSTED);
      expect(seen).toEqual([{ number: 1 }]);
    });

    it('ends at the service when its caller goes', async () => {
      let isCancelled = false;
      gateway.feed.behaviour.Watch = (call) => {
        call.write({ number: 1 });
        return new Promise<void>((resolve) =>
          call.once('cancelled', () => {
            isCancelled = true;
            resolve();
          }),
        );
      };
      const call = client.serverStream(WATCH, {}, { accessToken });
      call.on('error', () => undefined);
      await once(call, 'data');
      call.cancel();
      await eventually(() => expect(isCancelled).toBe(true));
    });
  });

  describe('a stream of requests', () => {
    const collect = () => {
      gateway.feed.behaviour.Collect = async (call) => {
        let count = 0;
        let text = '';
        for await (const message of call) {
          count++;
          text += (message as JsonObject)['text'] as string;
        }
        return { count, text: text.slice(0, 5), bytes: String(text.length) };
      };
    };

    it('is handed on as it comes, more than a connection holds at once', async () => {
      collect();
      const { call, outcome } = client.clientStream(COLLECT, { accessToken });
      for (let count = 0; count < 40; count++) {
        if (!call.write({ text: 'x'.repeat(100_000) })) await once(call, 'drain');
      }
      call.end();
      expect(await outcome).toMatchObject({
        code: status.OK,
        reply: { count: 40, text: 'xxxxx', bytes: '4000000' },
      });
    });

    it('may be answered before it ends', async () => {
      gateway.feed.behaviour.Collect = () => Promise.reject(platformReasons.CONFLICT());
      const { call, outcome } = client.clientStream(COLLECT, { accessToken });
      call.write({ text: 'a' });
      expect(await outcome).toMatchObject({ code: status.ABORTED, reason: 'CONFLICT' });
    });

    it('ends at the service when its caller is lost', async () => {
      let hasBegun = false;
      let isCancelled = false;
      gateway.feed.behaviour.Collect = (call) => {
        call.on('error', () => undefined).on('data', () => (hasBegun = true));
        return new Promise((resolve) =>
          call.once('cancelled', () => {
            isCancelled = true;
            resolve({});
          }),
        );
      };
      // Who cancels by Node's HTTP/2 says first that the request is complete.
      const lost = new RawGrpc(gateway.port);
      lost.open(COLLECT, { authorization: `Bearer ${accessToken}` }).write(framed(Buffer.alloc(0)));
      await eventually(() => expect(hasBegun).toBe(true));
      lost.close();
      await eventually(() => expect(isCancelled).toBe(true));
    });
  });

  it('gives the service no more time than the caller has, and 30 s at most', async () => {
    const left: number[] = [];
    gateway.feed.behaviour.Read = (call) => {
      left.push(Number(call.getDeadline()) - Date.now());
      return {};
    };
    await client.unary(READ, {}, { accessToken });
    await client.unary(READ, {}, { accessToken, deadline: Date.now() + 20_000 });
    await client.unary(READ, {}, { accessToken, deadline: Date.now() + 3_600_000 });
    const [unsaid = NaN, asked = NaN, long = NaN] = left;
    expect(unsaid).toBeLessThanOrEqual(10_000);
    expect(asked).toBeLessThanOrEqual(20_000);
    expect(asked).toBeGreaterThan(10_000);
    expect(long).toBeLessThanOrEqual(30_000);
    expect(long).toBeGreaterThan(20_000);
  });
});

function fail(init: Omit<ConstructorParameters<typeof AppError>[0], 'message'>): never {
  throw new AppError({ message: 'told to everybody', ...init });
}
