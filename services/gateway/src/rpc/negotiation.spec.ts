import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Metadata } from '@grpc/grpc-js';
import { openRequest, startFeedGateway, type FeedGateway } from '../spec/feed-gateway.js';

const PATH = '/v1/feeds/news';
const TEXT = 'all work and no play '.repeat(200);
let gateway: FeedGateway;

beforeAll(async () => {
  gateway = await startFeedGateway({
    GATEHOUSE_FORWARD_HEADERS: 'x-tenant, x-proof-bin',
    GATEHOUSE_EXPOSE_METADATA: 'x-shard, x-digest-bin, content-language',
  });
});
afterAll(() => gateway.stop());
afterEach(() => {
  gateway.feed.behaviour = {};
});

async function read(headers: Record<string, string>, path = PATH, method = 'GET') {
  const { request, response } = openRequest(gateway, method, path, headers);
  request.end();
  const answer = await response;
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
}

describe('the coding of an answer', () => {
  const long = () => {
    gateway.feed.behaviour.Read = () => ({ text: TEXT, etag: 'v1' });
  };

  it.each([
    ['gzip', 'gzip', gunzipSync],
    ['br', 'br', brotliDecompressSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['br;q=0.5, gzip', 'gzip', gunzipSync],
    ['br;q=0, *', 'gzip', gunzipSync],
  ])('to who accepts %p is %p', async (accepted, coding, decode) => {
    long();
    const answer = await read({ 'accept-encoding': accepted });
    expect(answer.headers).toMatchObject({ 'content-encoding': coding, vary: 'Accept-Encoding' });
    expect(Number(answer.headers['content-length'])).toBe(answer.body.length);
    expect(answer.body.length).toBeLessThan(TEXT.length / 4);
    expect(JSON.parse(decode(answer.body).toString())).toMatchObject({ text: TEXT });
  });

  it.each([[undefined], ['identity'], ['gzip;q=0, br;q=0'], ['deflate'], ['gzip;q=x']])(
    'to who accepts %p is none',
    async (accepted) => {
      long();
      const answer = await read(accepted === undefined ? {} : { 'accept-encoding': accepted });
      expect(answer.headers).toMatchObject({ vary: 'Accept-Encoding', etag: '"v1"' });
      expect(answer.headers).not.toHaveProperty('content-encoding');
      expect(JSON.parse(answer.body.toString())).toMatchObject({ text: TEXT });
    },
  );

  it('is none for what is short, for pictures and for streams', async () => {
    const accept = { 'accept-encoding': 'gzip, br' };
    gateway.feed.behaviour.Read = () => ({ text: 'short' });
    gateway.feed.behaviour.Fetch = () => ({
      contentType: 'image/png',
      data: Buffer.from(TEXT).toString('base64'),
    });
    gateway.feed.behaviour.Watch = (call) => void call.write({ text: TEXT });
    for (const path of [PATH, `${PATH}:fetch`, `${PATH}:watch`]) {
      const answer = await read(accept, path);
      expect(answer.status).toBe(200);
      expect(answer.headers).not.toHaveProperty('content-encoding');
    }
  });

  it('is for the pages too', async () => {
    const answer = await read({ 'accept-encoding': 'br' }, '/openapi.json');
    expect(answer.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' });
    expect(JSON.parse(brotliDecompressSync(answer.body).toString())).toMatchObject({ openapi: '3.1.0' });
  });

  it('has an entity tag of its own, which is understood when it comes back', async () => {
    long();
    const answer = await read({ 'accept-encoding': 'gzip' });
    expect(answer.headers.etag).toBe('"v1--gzip"');
    const again = await read({ 'accept-encoding': 'gzip', 'if-none-match': '"v1--gzip"' });
    expect(again).toMatchObject({ status: 304, headers: { etag: '"v1--gzip"' } });
    expect((await read({ 'if-none-match': '"v1--gzip"' })).status).toBe(304);
    expect((await read({ 'if-none-match': '"v0--gzip"' })).status).toBe(200);
  });

  it('is that of GET for HEAD', async () => {
    long();
    const get = await read({ 'accept-encoding': 'gzip' });
    const head = await read({ 'accept-encoding': 'gzip' }, PATH, 'HEAD');
    expect(head.body).toHaveLength(0);
    for (const name of ['content-encoding', 'content-length', 'content-type', 'etag', 'vary']) {
      expect(head.headers[name]).toBe(get.headers[name]);
    }
  });
});

describe('Accept', () => {
  it.each([['application/json'], ['application/*;q=0.1'], ['text/html, */*;q=0.1'], ['']])(
    '%p is met',
    async (accept) => {
      expect((await read({ accept })).status).toBe(200);
    },
  );

  it.each([['text/html'], ['application/json;q=0, */*'], ['application/xml, text/*']])(
    '%p is 406 before anything is called',
    async (accept) => {
      let calls = 0;
      gateway.feed.behaviour.Read = () => ({ count: ++calls });
      const answer = await read({ accept });
      expect(answer.status).toBe(406);
      expect(JSON.parse(answer.body.toString())).toMatchObject({ reason: 'NOT_ACCEPTABLE' });
      expect(calls).toBe(0);
    },
  );
});

describe('metadata', () => {
  it('of a request is what the setting lets through', async () => {
    let seen: Record<string, unknown> = {};
    gateway.feed.behaviour.Read = ({ metadata }) => {
      seen = {
        tenant: metadata.get('x-tenant'),
        proof: metadata.get('x-proof-bin'),
        other: metadata.get('x-other'),
      };
      return {};
    };
    const headers = {
      'x-tenant': 'blue',
      'x-proof-bin': Buffer.from([0, 255]).toString('base64'),
      'x-other': 'no',
    };
    expect((await read(headers)).status).toBe(200);
    expect(seen).toEqual({ tenant: ['blue'], proof: [Buffer.from([0, 255])], other: [] });
    const broken = await read({ 'x-proof-bin': '*' });
    expect(broken.status).toBe(400);
    expect(JSON.parse(broken.body.toString())).toMatchObject({ reason: 'HEADER_MALFORMED' });
  });

  it.each([[PATH], [`${PATH}:watch`]])('of a reply is what the setting lets through (%s)', async (path) => {
    const metadata = new Metadata();
    metadata.set('x-shard', '7');
    metadata.set('content-language', 'de');
    metadata.set('x-digest-bin', Buffer.from([1, 2]));
    metadata.set('x-internal', 'secret');
    metadata.set('set-cookie', 'a=b');
    gateway.feed.behaviour.Read = (call) => {
      call.sendMetadata(metadata);
      return {};
    };
    gateway.feed.behaviour.Watch = (call) => {
      call.sendMetadata(metadata);
      call.write({ number: 1 });
    };
    const { headers } = await read({}, path);
    expect(headers).toMatchObject({ 'x-shard': '7', 'content-language': 'de', 'x-digest-bin': 'AQI=' });
    expect(headers).not.toHaveProperty('x-internal');
    expect(headers).not.toHaveProperty('set-cookie');
  });
});
