import { dateOfDays } from './civil-date.js';
import type { JsonWriter } from './json-writer.js';
import { isDuration, isTimestamp, SECONDS_PER_DAY, type SecondsNanos } from './time-text.js';

const QUOTE = 0x22;
const DASH = 0x2d;
const POINT = 0x2e;
const COLON = 0x3a;
const T = 0x54;
const Z = 0x5a;
const S = 0x73;

/** Writes RFC 3339 in UTC with 0, 3, 6 or 9 fraction digits; answers false, and writes nothing, out of range. */
export function printTimestamp(writer: JsonWriter, time: SecondsNanos): boolean {
  if (!isTimestamp(time)) return false;
  const days = Math.floor(time.seconds / SECONDS_PER_DAY);
  const seconds = time.seconds - days * SECONDS_PER_DAY;
  const { year, month, day } = dateOfDays(days);
  writer.byte(QUOTE);
  writer.digits(year, 4);
  writer.byte(DASH);
  writer.digits(month, 2);
  writer.byte(DASH);
  writer.digits(day, 2);
  writer.byte(T);
  writer.digits(Math.floor(seconds / 3600), 2);
  writer.byte(COLON);
  writer.digits(Math.floor(seconds / 60) % 60, 2);
  writer.byte(COLON);
  writer.digits(seconds % 60, 2);
  printFraction(writer, time.nanos);
  writer.byte(Z);
  writer.byte(QUOTE);
  return true;
}

/** Writes seconds with 0, 3, 6 or 9 fraction digits and an `s`; answers false out of range and for two signs. */
export function printDuration(writer: JsonWriter, time: SecondsNanos): boolean {
  if (!isDuration(time)) return false;
  const { seconds, nanos } = time;
  writer.byte(QUOTE);
  if (seconds < 0 || nanos < 0) writer.byte(DASH);
  writer.ascii(String(Math.abs(seconds)));
  printFraction(writer, Math.abs(nanos));
  writer.byte(S);
  writer.byte(QUOTE);
  return true;
}

function printFraction(writer: JsonWriter, nanos: number): void {
  if (nanos === 0) return;
  writer.byte(POINT);
  if (nanos % 1_000_000 === 0) writer.digits(nanos / 1_000_000, 3);
  else if (nanos % 1000 === 0) writer.digits(nanos / 1000, 6);
  else writer.digits(nanos, 9);
}
