import { describe, expect, it } from '@jest/globals';
import { problemOfStatus } from '../http/problem.js';
import { Random } from '../testing/random.js';
import { refusalOf } from '../testing/serving.js';
import { JsonSplitter } from './json-splitter.js';
import { streamFormatOf, streamFramer, type StreamFormat } from './stream-format.js';

describe('the form of a stream', () => {
  it.each<[string | undefined, StreamFormat | undefined]>([
    [undefined, 'ndjson'],
    ['', 'ndjson'],
    ['*/*', 'ndjson'],
    ['application/*', 'ndjson'],
    ['text/event-stream', 'sse'],
    ['application/json', 'json-array'],
    ['application/jsonl', 'ndjson'],
    ['application/json;q=0.5, text/event-stream', 'sse'],
    ['text/event-stream;q=0.1, */*;q=0.2', 'ndjson'],
    ['application/x-ndjson;q=0, application/*', 'json-array'],
    ['application/x-ndjson;q=0, */*', 'sse'],
    ['application/x-ndjson;q=0, application/jsonl', undefined],
    ['text/html', undefined],
    ['application/json;q=0', undefined],
  ])('for Accept: %s is %s', (accept, format) => {
    expect(streamFormatOf(accept)).toBe(format);
  });

  const { problem } = problemOfStatus({ code: 14, message: 'gone' });

  it.each<[StreamFormat, string, string]>([
    ['ndjson', '{"a":1}\n{"a":2}\n', `{"a":1}\n{"@error":${JSON.stringify(problem)}}\n`],
    [
      'sse',
      'data: {"a":1}\n\ndata: {"a":2}\n\n',
      `data: {"a":1}\n\nevent: error\ndata: ${JSON.stringify(problem)}\n\n`,
    ],
    ['json-array', '[{"a":1},{"a":2}]', `[{"a":1},{"@error":${JSON.stringify(problem)}}]`],
  ])('%s frames messages, its end and its failure', (format, whole, failed) => {
    const framer = streamFramer(format);
    expect(framer.message('{"a":1}') + framer.message('{"a":2}') + framer.end()).toBe(whole);
    const failing = streamFramer(format);
    expect(failing.message('{"a":1}') + failing.error(problem)).toBe(failed);
  });

  it('is whole without a message, and with heartbeats', () => {
    expect(streamFramer('json-array').end()).toBe('[]');
    const framer = streamFramer('json-array');
    expect(
      JSON.parse(
        framer.heartbeat() + framer.message('1') + framer.heartbeat() + framer.message('2') + framer.end(),
      ),
    ).toEqual([1, 2]);
    expect(streamFramer('json-array').error(problem)).toBe(`[{"@error":${JSON.stringify(problem)}}]`);
  });
});

function split(text: string | Uint8Array, sizes: () => number): string[] {
  const splitter = new JsonSplitter(1000);
  const bytes = Buffer.from(text);
  const values: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = sizes();
    values.push(...splitter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...values, ...splitter.end()];
}

describe('a stream of JSON values', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['{"a":1}\n{"b":[{}]}\r\n\n', ['{"a":1}', '{"b":[{}]}']],
    ['{"a":"}\\"{"} {}', ['{"a":"}\\"{"}', '{}']],
    ['1\n"two"\nnull', ['1', '"two"', 'null']],
    ['[]', []],
    [' [ {"a":[1]} , "x" , 3 ] ', ['{"a":[1]}', '"x"', '3']],
    ['[[1],[2]]', ['[1]', '[2]']],
    ['{"世":"界🜁"}\n{}', ['{"世":"界🜁"}', '{}']],
  ])('%j, in whatever pieces it comes', (text, expected) => {
    expect(split(text, () => 1)).toEqual(expected);
    expect(split(text, () => 1000)).toEqual(expected);
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed);
      expect(split(text, () => 1 + random.below(5))).toEqual(expected);
    }
  });

  it.each<[string | Uint8Array, number, string]>([
    ['{"a":1', 400, 'JSON_MALFORMED'],
    ['"a', 400, 'JSON_MALFORMED'],
    ['[{}', 400, 'JSON_MALFORMED'],
    ['[{},]', 400, 'JSON_MALFORMED'],
    ['[,{}]', 400, 'JSON_MALFORMED'],
    ['[{}{}]', 400, 'JSON_MALFORMED'],
    ['[{}] {}', 400, 'JSON_MALFORMED'],
    [Uint8Array.from([0x22, 0xc3, 0x28, 0x22]), 400, 'BODY_NOT_UTF8'],
    [Uint8Array.from([0x22, 0xc3]), 400, 'BODY_NOT_UTF8'],
    [`{"a":"${'x'.repeat(2000)}"}`, 413, 'MESSAGE_TOO_LARGE'],
  ])('%j is refused', (text, status, reason) => {
    for (const size of [1, 7, 5000]) {
      expect(refusalOf(() => split(text, () => size))).toMatchObject({ status, reason });
    }
  });
});
