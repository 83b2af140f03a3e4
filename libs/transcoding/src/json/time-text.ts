import { dateOfDays, daysOfDate } from './civil-date.js';

/** Seconds and nanoseconds, as Timestamp and Duration hold them; for a Duration both have one sign. */
export interface SecondsNanos {
  readonly seconds: number;
  readonly nanos: number;
}

const TIMESTAMP =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$/;
const DURATION = /^(-?)([0-9]{1,12})(?:\.([0-9]{1,9}))?s$/;
const SECONDS_PER_DAY = 86400;
// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
const MIN_TIMESTAMP = -62135596800;
const MAX_TIMESTAMP = 253402300799;
// 10,000 years (duration.proto).
const MAX_DURATION = 315576000000;

/** RFC 3339 with up to nine fraction digits and any offset; undefined for anything else, 30 February included. */
export function parseTimestamp(text: string): SecondsNanos | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fractionDigits, sign, offsetHour, offsetMinute] = match;
  const days = daysOfDate({ year: Number(year), month: Number(month), day: Number(day) });
  const time = secondsOfTime(Number(hour), Number(minute), Number(second));
  const offset = sign === undefined ? 0 : secondsOfTime(Number(offsetHour), Number(offsetMinute), 0);
  if (days === undefined || time === undefined || offset === undefined) return undefined;
  const seconds = days * SECONDS_PER_DAY + time + (sign === '-' ? offset : -offset);
  if (seconds < MIN_TIMESTAMP || seconds > MAX_TIMESTAMP) return undefined;
  return { seconds, nanos: nanosOf(fractionDigits) };
}

/** `"1.5s"`; undefined for anything else. */
export function parseDuration(text: string): SecondsNanos | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const sign = match[1] === '-' ? -1 : 1;
  const seconds = Number(match[2]);
  const nanos = nanosOf(match[3]);
  if (seconds > MAX_DURATION || (seconds === MAX_DURATION && nanos > 0)) return undefined;
  // "+ 0" turns -0 into 0.
  return { seconds: sign * seconds + 0, nanos: sign * nanos + 0 };
}

/** RFC 3339 in UTC with 0, 3, 6 or 9 fraction digits; undefined out of range. */
export function formatTimestamp({ seconds, nanos }: SecondsNanos): string | undefined {
  if (!(seconds >= MIN_TIMESTAMP && seconds <= MAX_TIMESTAMP) || nanos < 0 || nanos > 999_999_999)
    return undefined;
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const time = seconds - days * SECONDS_PER_DAY;
  const { year, month, day } = dateOfDays(days);
  const clock = `${pad2(Math.floor(time / 3600))}:${pad2(Math.floor(time / 60) % 60)}:${pad2(time % 60)}`;
  return `${String(year).padStart(4, '0')}-${pad2(month)}-${pad2(day)}T${clock}${fraction(nanos)}Z`;
}

/** Seconds with 0, 3, 6 or 9 fraction digits and an `s`; undefined out of range or with two signs. */
export function formatDuration({ seconds, nanos }: SecondsNanos): string | undefined {
  if (Math.abs(seconds) > MAX_DURATION || Math.abs(nanos) > 999_999_999 || seconds * nanos < 0)
    return undefined;
  const sign = seconds < 0 || nanos < 0 ? '-' : '';
  return `${sign}${Math.abs(seconds)}${fraction(Math.abs(nanos))}s`;
}

function secondsOfTime(hour: number, minute: number, second: number): number | undefined {
  return hour > 23 || minute > 59 || second > 59 ? undefined : hour * 3600 + minute * 60 + second;
}

function pad2(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function nanosOf(digits: string | undefined): number {
  return digits === undefined ? 0 : Number(digits.padEnd(9, '0'));
}

function fraction(nanos: number): string {
  if (nanos === 0) return '';
  const digits = String(nanos).padStart(9, '0');
  if (nanos % 1_000_000 === 0) return `.${digits.slice(0, 3)}`;
  return nanos % 1000 === 0 ? `.${digits.slice(0, 6)}` : `.${digits}`;
}
