import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import { ruleTable, whenOn, type RuleTable } from '../rule.js';
import { equalityMakers } from './equality.js';
import { rangeMakers } from './range.js';

const NANOS_PER_MILLI = 1_000_000;
const NANOS_PER_SECOND = 1_000_000_000n;

/** Nanoseconds; exact, and right for a duration that is not in normal form. */
const nanosOf = ({ seconds, nanos }: Pick<Duration, 'seconds' | 'nanos'>) =>
  seconds * NANOS_PER_SECOND + BigInt(nanos);
const showDuration = (duration: Duration) => `${Number(nanosOf(duration)) / 1e9}s`;

/** The rules of `DurationRules`; values have `seconds` as bigint and `nanos`. */
export const durationRules: RuleTable<Duration> = ruleTable<Duration>({
  ...equalityMakers<Duration, Duration>('duration', {
    among: (settings) => {
      const listed = settings.map(nanosOf);
      return (value) => listed.includes(nanosOf(value));
    },
    show: showDuration,
  }),
  ...rangeMakers<Duration, Duration>('duration', {
    rank: nanosOf,
    rankOfBound: nanosOf,
    show: showDuration,
  }),
});

/**
 * Milliseconds since 1970. Timestamps reach a handler as `Date`, so a bound
 * that only finer values could tell from its neighbours cannot be kept.
 */
function millisOf({ seconds, nanos }: Pick<Timestamp, 'seconds' | 'nanos'>): number {
  if (nanos % NANOS_PER_MILLI !== 0) throw new Error('it is finer than a millisecond');
  return Number(seconds) * 1000 + nanos / NANOS_PER_MILLI;
}
const showTimestamp = (timestamp: Timestamp) => new Date(millisOf(timestamp)).toISOString();

/** The rules of `TimestampRules`; values are `Date`. An invalid date keeps no rule. */
export const timestampRules: RuleTable<Date> = ruleTable<Date>({
  const: equalityMakers<Date, Timestamp>('timestamp', {
    among: (settings) => {
      const listed = settings.map(millisOf);
      return (value) => listed.indexOf(value.getTime()) !== -1;
    },
    show: showTimestamp,
  }).const,
  ...rangeMakers<Date, Timestamp>('timestamp', {
    rank: (value) => value.getTime(),
    rankOfBound: millisOf,
    show: showTimestamp,
  }),
  lt_now: whenOn({
    id: 'timestamp.lt_now',
    description: 'must be in the past',
    holds: (value) => value.getTime() <= Date.now(),
  }),
  gt_now: whenOn({
    id: 'timestamp.gt_now',
    description: 'must be in the future',
    holds: (value) => value.getTime() >= Date.now(),
  }),
  within: (span: Duration) => {
    const millis = millisOf(span);
    return [
      {
        id: 'timestamp.within',
        description: `must be within ${showDuration(span)} of now`,
        holds: (value) => Math.abs(value.getTime() - Date.now()) <= millis,
      },
    ];
  },
});
