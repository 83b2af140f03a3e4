import { asBuffer } from '../wire/as-buffer.js';
import { daysOfDate } from './civil-date.js';

/** Seconds and nanoseconds, as Timestamp and Duration hold them; for a Duration both have one sign. */
export interface SecondsNanos {
  readonly seconds: number;
  readonly nanos: number;
}

const SHORTEST_TIMESTAMP = '0001-01-01T00:00:00Z'.length;

const PLUS = 0x2b;
const DASH = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const T = 0x54;
const Z = 0x5a;

const DURATION = /^(-?)([0-9]{1,12})(?:\.([0-9]{1,9}))?s$/;
/** Without leap seconds. */
export const SECONDS_PER_DAY = 86400;
// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
const MIN_TIMESTAMP = -62135596800;
const MAX_TIMESTAMP = 253402300799;
// 10,000 years (duration.proto).
const MAX_DURATION = 315576000000;
/** Nanoseconds that the last of so many digits of a fraction counts. */
const NANOS_OF_LAST_DIGIT = [0, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1];
const MAX_NANOS = 999_999_999;

/** RFC 3339 with up to nine fraction digits and any offset; undefined for anything else, 30 February included. */
export function parseTimestamp(utf8: Uint8Array, start = 0, end = utf8.length): SecondsNanos | undefined {
  // By hand: a regular expression takes longer than the rest of a message. What is no number is NaN to the end.
  if (end - start < SHORTEST_TIMESTAMP) return undefined;
  if (utf8[start + 4] !== DASH || utf8[start + 7] !== DASH || utf8[start + 10] !== T) return undefined;
  const [year, month] = [digits(utf8, start, start + 4), digits(utf8, start + 5, start + 7)];
  const days = daysOfDate({ year, month, day: digits(utf8, start + 8, start + 10) });
  const fraction = start + 19;
  const hasFraction = utf8[fraction] === POINT;
  const zone = hasFraction ? endOfDigits(utf8, fraction + 1, end) : fraction;
  const nanos = hasFraction ? nanosAt(utf8, fraction + 1, zone) : 0;
  const seconds = days * SECONDS_PER_DAY + timeAt(utf8, start + 11) - offsetAt(utf8, zone, end);
  if (!(seconds >= MIN_TIMESTAMP && seconds <= MAX_TIMESTAMP && nanos >= 0)) return undefined;
  return { seconds, nanos };
}

/** `"1.5s"`; undefined for anything else. */
export function parseDuration(utf8: Uint8Array, start = 0, end = utf8.length): SecondsNanos | undefined {
  const match = DURATION.exec(asBuffer(utf8).toString('utf8', start, end));
  if (match === null) return undefined;
  const sign = match[1] === '-' ? -1 : 1;
  const seconds = Number(match[2]);
  const nanos = Number((match[3] ?? '').padEnd(9, '0'));
  if (seconds > MAX_DURATION || (seconds === MAX_DURATION && nanos > 0)) return undefined;
  // "+ 0" turns -0 into 0.
  return { seconds: sign * seconds + 0, nanos: sign * nanos + 0 };
}

/** Whether a time has a text as a Timestamp: from year 1 to 9999. */
export function isTimestamp({ seconds, nanos }: SecondsNanos): boolean {
  return seconds >= MIN_TIMESTAMP && seconds <= MAX_TIMESTAMP && nanos >= 0 && nanos <= MAX_NANOS;
}

/** Whether a time has a text as a Duration: of up to 10,000 years, and with one sign. */
export function isDuration({ seconds, nanos }: SecondsNanos): boolean {
  return Math.abs(seconds) <= MAX_DURATION && Math.abs(nanos) <= MAX_NANOS && seconds * nanos >= 0;
}

/** Seconds of `hh:mm:ss`; NaN for anything else. */
function timeAt(utf8: Uint8Array, at: number): number {
  const second = digits(utf8, at + 6, at + 8);
  return utf8[at + 5] === COLON && second <= 59 ? minutesAt(utf8, at) * 60 + second : NaN;
}

/** Minutes of `hh:mm`; NaN for anything else. */
function minutesAt(utf8: Uint8Array, at: number): number {
  const hour = digits(utf8, at, at + 2);
  const minute = digits(utf8, at + 3, at + 5);
  return utf8[at + 2] === COLON && hour <= 23 && minute <= 59 ? hour * 60 + minute : NaN;
}

/** Seconds of `Z` or `+hh:mm` at the end of a text; NaN for anything else. */
function offsetAt(utf8: Uint8Array, at: number, end: number): number {
  if (at === end) return NaN;
  const sign = utf8[at];
  if (sign === Z) return at + 1 === end ? 0 : NaN;
  if (at + 6 !== end || (sign !== PLUS && sign !== DASH)) return NaN;
  const seconds = minutesAt(utf8, at + 1) * 60;
  return sign === DASH ? -seconds : seconds;
}

/** Nanoseconds of one to nine digits of a fraction; NaN for anything else. */
function nanosAt(utf8: Uint8Array, start: number, end: number): number {
  const count = end - start;
  return count > 0 && count <= 9 ? digits(utf8, start, end) * (NANOS_OF_LAST_DIGIT[count] as number) : NaN;
}

function digits(utf8: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const code = utf8[at] as number;
    if (!isDigit(code)) return NaN;
    value = value * 10 + code - ZERO;
  }
  return value;
}

function endOfDigits(utf8: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isDigit(utf8[at] as number)) at++;
  return at;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}
