import { describe, expect, it } from '@jest/globals';
import { Random } from '../testing/random.js';
import { JsonWriter } from './json-writer.js';
import { printDuration, printTimestamp } from './time-printers.js';
import { parseDuration, parseTimestamp, type SecondsNanos } from './time-text.js';

const timestampOf = (text: string) => parseTimestamp(Buffer.from(text));
const durationOf = (text: string) => parseDuration(Buffer.from(text));

const formatTimestamp = (time: SecondsNanos) => printed(printTimestamp, time);
const formatDuration = (time: SecondsNanos) => printed(printDuration, time);

/** The text that a printer writes, without its quotes. */
function printed(print: typeof printTimestamp, time: SecondsNanos): string | undefined {
  const writer = new JsonWriter();
  return print(writer, time) ? writer.finish().toString().slice(1, -1) : undefined;
}

describe('times', () => {
  it('agree with Date, over the whole range', () => {
    const random = new Random(1);
    const edges = [-62135596800, -1, 0, 951782399, 951782400, 4107542399, 4107542400, 253402300799];
    const any = Array.from({ length: 20_000 }, () => random.below(315537897600) - 62135596800);
    for (const seconds of [...edges, ...any]) {
      const text = `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
      expect(formatTimestamp({ seconds, nanos: 0 })).toBe(text);
      expect(timestampOf(text)).toEqual({ seconds, nanos: 0 });
    }
  });

  it.each<[string, number, number]>([
    ['2024-02-29T23:59:59.999999999Z', 1709251199, 999_999_999],
    ['2024-02-29T23:59:59.1+23:59', 1709164859, 100_000_000],
    ['1970-01-01T00:00:00-00:01', 60, 0],
    ['0001-01-01T00:00:00Z', -62135596800, 0],
  ])('%s is read', (text, seconds, nanos) => {
    expect(timestampOf(text)).toEqual({ seconds, nanos });
  });

  it.each([
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-01T00:00:00Z',
    '2024-04-31T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z',
    '2024-01-01T00:00:60Z',
    '2024-01-01T00:00:00',
    '2024-01-01T00:00:00+24:00',
    '2024-01-01t00:00:00z',
    '2024-01-01T00:00:00.Z',
    '2024-01-01T00:00:00.1234567890Z',
    '0000-12-31T23:59:59Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '+2024-01-01T00:00:00Z',
    ' 2024-01-01T00:00:00Z',
    '',
  ])('%j is no time', (text) => {
    expect(timestampOf(text)).toBeUndefined();
  });

  it.each([
    [253402300800, 0],
    [-62135596801, 0],
    [0, -1],
    [0, 1_000_000_000],
    [NaN, 0],
  ])('%d s %d ns have no text', (seconds, nanos) => {
    expect(formatTimestamp({ seconds, nanos })).toBeUndefined();
  });
});

describe('durations', () => {
  it.each<[string, number, number, string]>([
    ['0s', 0, 0, '0s'],
    ['-0s', 0, 0, '0s'],
    ['1.5s', 1, 500_000_000, '1.500s'],
    ['-0.000001s', 0, -1000, '-0.000001s'],
    ['315576000000s', 315576000000, 0, '315576000000s'],
  ])('%s is read, and written as %s', (text, seconds, nanos, written) => {
    expect(durationOf(text)).toEqual({ seconds, nanos });
    expect(formatDuration({ seconds, nanos })).toBe(written);
  });

  it.each([
    '',
    's',
    '1',
    '1h',
    '1.s',
    '.5s',
    '+1s',
    '1.0000000001s',
    '315576000001s',
    '315576000000.1s',
    '1sX',
    '1e3s',
  ])('%j is no duration', (text) => {
    expect(durationOf(text)).toBeUndefined();
  });

  it('with two signs has no text', () => {
    expect(formatDuration({ seconds: 1, nanos: -1 })).toBeUndefined();
  });
});
