import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { exchangeBytes, statusesIn } from '../spec/raw-socket.js';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';

const PATH = '/v1/resources/0190b0a0-0000-7000-8000-000000000001';
let gateway: SpecGateway;

beforeAll(async () => {
  gateway = await startSpecGateway();
});
afterAll(() => gateway.stop());

const HIDDEN = `GET /.well-known/jwks.json HTTP/1.1\r\nhost: h\r\n\r\n`;
const POST = 'POST /v1/auth/login HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\n';

// Each could be read in two ways by two readers. The only answer is a refusal, and nothing after it is read.
it.each([
  ['two lengths', `${POST}content-length: 2\r\ncontent-length: 40\r\n\r\n{}${HIDDEN}`],
  [
    'a length and a transfer coding',
    `${POST}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  ],
  [
    'a transfer coding and a length',
    `${POST}transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n0\r\n\r\n${HIDDEN}`,
  ],
  ['an unknown transfer coding', `${POST}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['chunked that is not last', `${POST}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['a folded header', `GET ${PATH} HTTP/1.1\r\nhost: h\r\nx-a: b\r\n c: d\r\n\r\n`],
  ['a folded transfer coding', `${POST}transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['a space before the colon', `GET ${PATH} HTTP/1.1\r\nhost: h\r\nauthorization : Bearer x\r\n\r\n`],
  ['lines that end in LF alone', `GET ${PATH} HTTP/1.1\nhost: h\n\n`],
  ['a header that ends in LF alone', `GET ${PATH} HTTP/1.1\r\nhost: h\nx-a: b\r\n\r\n`],
  ['a length with a sign', `${POST}content-length: +2\r\n\r\n{}`],
  ['a length in hexadecimal', `${POST}content-length: 0x2\r\n\r\n{}`],
  ['a chunk size that is none', `${POST}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n${HIDDEN}`],
  [
    'a chunk that is longer than it says',
    `${POST}transfer-encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n${HIDDEN}`,
  ],
  ['a NUL in a header', `GET ${PATH} HTTP/1.1\r\nhost: h\r\nx-a: b\0c\r\n\r\n`],
  [
    'chunks over HTTP/1.0, whose proxies know none',
    `${POST.replace('1.1', '1.0')}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  ],
  ['a host that is none', `GET ${PATH} HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n`],
  ['a host with a path', `GET ${PATH} HTTP/1.1\r\nhost: a/b\r\nconnection: close\r\n\r\n`],
  ['no host', `GET ${PATH} HTTP/1.1\r\nconnection: close\r\n\r\n`],
  ['two hosts', `GET ${PATH} HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n`],
  ['a space in the target', `GET ${PATH} x HTTP/1.1\r\nhost: h\r\n\r\n`],
  ['no version', `GET ${PATH}\r\nhost: h\r\n\r\n`],
])('refuses %s', async (_name, bytes) => {
  const before = gateway.backend.calls.length;
  const answer = await exchangeBytes(gateway.port, bytes);
  expect(statusesIn(answer)).toEqual([400]);
  expect(answer).toContain('\r\nx-content-type-options: nosniff\r\n');
  expect(answer).toMatch(/"reason":"(?:REQUEST_MALFORMED|HEADER_DUPLICATE)"/);
  expect(gateway.backend.calls).toHaveLength(before);
});

it('refuses a body in another transfer coding than chunks, which nobody undoes', async () => {
  const before = gateway.backend.calls.length;
  const coded = `${POST}transfer-encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`;
  const answer = await exchangeBytes(gateway.port, coded);
  expect(statusesIn(answer)).toEqual([415]);
  expect(answer).toContain('"reason":"CONTENT_ENCODING_UNSUPPORTED"');
  expect(gateway.backend.calls).toHaveLength(before);
});

it.each([
  ['authorization', 'Bearer a', 'Bearer b'],
  ['authorization', 'Bearer a', 'Bearer a'],
  ['Authorization', 'Bearer a', ''],
  ['content-type', 'application/json', 'text/plain'],
  ['if-match', '"a"', '"b"'],
  ['x-request-id', 'a', 'b'],
  ['traceparent', 'a', 'b'],
])('refuses %s that stands twice', async (name, first, second) => {
  const head = `GET ${PATH} HTTP/1.1\r\nhost: h\r\n${name}: ${first}\r\nx-between: 1\r\n${name.toLowerCase()}: ${second}\r\n`;
  const answer = await exchangeBytes(gateway.port, `${head}connection: close\r\n\r\n`);
  expect(statusesIn(answer)).toEqual([400]);
  expect(answer).toContain(`"reason":"HEADER_DUPLICATE"`);
  expect(answer).toContain(`"header":"${name.toLowerCase()}"`);
});

it('refuses the second authorization also behind a hundred other headers', async () => {
  const good = `authorization: Bearer ${gateway.accessToken()}\r\n`;
  const fill = Array.from({ length: 95 }, (_, index) => `x-${index}: 1\r\n`).join('');
  const text = `GET ${PATH} HTTP/1.1\r\nhost: h\r\n${good}${fill}authorization: Bearer x\r\nconnection: close\r\n\r\n`;
  expect(statusesIn(await exchangeBytes(gateway.port, text))).toEqual([400]);
});

it('answers requests that stand behind one another, each by itself', async () => {
  const answer = await exchangeBytes(
    gateway.port,
    `${HIDDEN}${HIDDEN.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n')}`,
  );
  expect(statusesIn(answer)).toEqual([200, 200]);
});

it('takes the absolute form of a target, which a server must', async () => {
  const text = 'GET http://h/.well-known/jwks.json HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n';
  expect(statusesIn(await exchangeBytes(gateway.port, text))).toEqual([200]);
});

it('lets headers that never end go after 8.5 seconds', async () => {
  const started = performance.now();
  const answer = await exchangeBytes(gateway.port, `GET ${PATH} HTTP/1.1\r\nhost: h\r\nx-slow: `, 20_000);
  expect(statusesIn(answer)).toEqual([408]);
  expect(answer).toContain('"reason":"REQUEST_TIMEOUT"');
  expect(performance.now() - started).toBeGreaterThan(8_500);
});
