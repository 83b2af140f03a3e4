import { describe, expect, it } from '@jest/globals';
import { LIBRARY } from './testing/library-contract.js';
import { refusalOf, Serving, type RequestText } from './testing/serving.js';

const library = new Serving(LIBRARY);
const post = (body: string): RequestText => ({ target: '/v1/shelves/1/books', body });
const repeat = (text: string, count: number): string => text.repeat(count);

// Generous against the 5 ms that one of them may take on an idle machine, since this one is shared; what is
// exponential or quadratic takes seconds.
const CPU_LIMIT_US = 250_000;

const HOSTILE: readonly [string, RequestText, number, string][] = [
  [
    '10,000 nested arrays',
    post(`{"extra":{"a":${repeat('[', 10_000)}${repeat(']', 10_000)}}}`),
    400,
    'JSON_TOO_DEEP',
  ],
  ['10,000 arrays that never end', post(`{"extra":{"a":${repeat('[', 10_000)}`), 400, 'JSON_TOO_DEEP'],
  ['10,000 nested objects', post(`${repeat('{"author":', 10_000)}`), 400, 'FIELD_UNKNOWN'],
  ['a million openings in an unknown place', post(repeat('{', 1_000_000)), 400, 'JSON_MALFORMED'],
  ['a duplicate key', post('{"title":"a","title":"a"}'), 400, 'FIELD_DUPLICATE'],
  [
    'a duplicate key in its other spelling',
    post('{"publishTime":null,"publish_time":"2020-01-01T00:00:00Z"}'),
    400,
    'FIELD_DUPLICATE',
  ],
  ['a duplicate key, escaped', post('{"title":"a","t\\u0069tle":"b"}'), 400, 'FIELD_DUPLICATE'],
  ['a duplicate key of a map', post('{"labels":{"a":"1","a":"1"}}'), 400, 'FIELD_DUPLICATE'],
  ['a duplicate key of a Struct', post('{"extra":{"a":1,"a":1}}'), 400, 'FIELD_DUPLICATE'],
  ['__proto__', post('{"__proto__":{"title":"a"}}'), 400, 'FIELD_UNKNOWN'],
  ['constructor', post('{"constructor":{"prototype":{}}}'), 400, 'FIELD_UNKNOWN'],
  ['a number past 2^63', post('{"author":{"born":9223372036854775808}}'), 400, 'FIELD_INVALID'],
  ['a number of 100,000 digits', post(`{"author":{"born":${repeat('9', 100_000)}}}`), 400, 'FIELD_INVALID'],
  [
    'an exponent of 100,000 digits',
    post(`{"author":{"born":1e${repeat('9', 100_000)}}}`),
    400,
    'FIELD_INVALID',
  ],
  ['a double past its range', post('{"rating":1e999}'), 400, 'FIELD_INVALID'],
  ['a fraction for an integer', post('{"pages":1.5}'), 400, 'FIELD_INVALID'],
  ['half a surrogate pair', post('{"title":"\\ud800"}'), 400, 'JSON_MALFORMED'],
  ['a raw control character', post('{"title":"a\u0000"}'), 400, 'JSON_MALFORMED'],
  ['an unknown escape', post('{"title":"\\x41"}'), 400, 'JSON_MALFORMED'],
  ['a comment', post('{/**/}'), 400, 'JSON_MALFORMED'],
  ['a trailing comma', post('{"title":"a",}'), 400, 'JSON_MALFORMED'],
  ['a leading zero', post('{"pages":01}'), 400, 'JSON_MALFORMED'],
  ['NaN as a word', post('{"rating":NaN}'), 400, 'JSON_MALFORMED'],
  [
    'a string of a million characters that never ends',
    post(`{"title":"${repeat('a', 1_000_000)}`),
    400,
    'JSON_MALFORMED',
  ],
  ['a million backslashes', post(`{"title":"${repeat('\\\\', 500_000)}`), 400, 'JSON_MALFORMED'],
  [
    '10,001 parameters',
    { target: `/v1/shelves/1/books?${repeat('a=1&', 10_000)}a=1` },
    400,
    'QUERY_TOO_LONG',
  ],
  [
    'a parameter of 100,000 parts',
    { target: `/v1/shelves/1/books?${repeat('filter.', 100_000)}title=1` },
    400,
    'PARAMETER_UNKNOWN',
  ],
  [
    '100,000 malformed escapes',
    { target: `/v1/shelves/1/books?title=${repeat('%', 100_000)}` },
    400,
    'QUERY_MALFORMED',
  ],
  ['an overlong UTF-8 slash', { target: '/v1/files/%c0%af' }, 400, 'PATH_MALFORMED'],
  ['a NUL in the path', { target: '/v1/files/%00' }, 400, 'FIELD_INVALID'],
];

describe('hostile input', () => {
  it.each(HOSTILE)('%s: a clear refusal, at once', (_what, request, status, reason) => {
    const before = process.cpuUsage();
    const refusal = library.refusal(request);
    const { user, system } = process.cpuUsage(before);
    expect(refusal).toMatchObject({ status, reason });
    expect(user + system).toBeLessThan(CPU_LIMIT_US);
  });

  it('names that are unknown are named, but not at any length', () => {
    const long = repeat('x', 100_000);
    expect(library.refusal(post('{"author":{"nothing":1}}'))?.fields).toEqual(['book.author.nothing']);
    expect(library.refusal(post(`{"${long}":1}`))?.fields[0]?.length).toBe(200);
    expect(library.refusal({ target: `/v1/shelves/1/books?${long}=1` })?.fields[0]?.length).toBe(200);
  });

  it('64,000 slashes find no route, and do not take long', () => {
    const before = process.cpuUsage();
    const miss = library.router.match('GET', `/v1/files/${repeat('/', 64_000)}x`);
    const none = library.router.match('GET', repeat('/', 64_000));
    const { user, system } = process.cpuUsage(before);
    expect([miss.kind, none.kind]).toEqual(['not-found', 'not-found']);
    expect(user + system).toBeLessThan(CPU_LIMIT_US);
  });

  it('keys with a meaning in JavaScript are only keys', () => {
    const extra = '{"__proto__":{"polluted":true},"constructor":1,"toString":null}';
    const { route, bytes } = library.decode(post(`{"extra":${extra},"labels":{"__proto__":"a"}}`));
    const text = library.codec.encodeJson(route.rpc.input, bytes).toString();
    expect(text).toContain(`"extra":${extra}`);
    expect(text).toContain('"labels":{"__proto__":"a"}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('numbers past 2^53 arrive exactly', () => {
    const sent = ['9007199254740993', '"9007199254740993"', '9.007199254740993e15', '9007199254740993.0'];
    for (const born of sent) {
      expect(library.message(post(`{"author":{"born":${born}}}`))).toMatchObject({
        book: { author: { born: '9007199254740993' } },
      });
    }
  });

  it.each<[string, number[]]>([
    ['a length past the end', [0x12, 0x7f, 0x41]],
    ['a varint without an end', Array.from({ length: 11 }, () => 0xff)],
    ['an unknown wire type', [0x0f]],
    ['a group without an end', [0x0b, 0x08, 0x01]],
    ['the end of a group that never began', [0x0c]],
    ['a string that is no UTF-8', [0x0a, 0x02, 0xc3, 0x28]],
    ['a nested message that ends early', [0x3a, 0x02, 0x0a, 0x05]],
  ])('a reply with %s is an internal error', (_what, bytes) => {
    const match = library.router.match('GET', '/v1/drafts/1');
    if (match.kind !== 'match') throw new Error(match.kind);
    expect(refusalOf(() => library.encoder.encode(match.route, Uint8Array.from(bytes)))).toMatchObject({
      status: 500,
      reason: 'REPLY_MALFORMED',
    });
  });
});
