import { create } from '@bufbuild/protobuf';
import {
  anyPack,
  DurationSchema,
  FieldMaskSchema,
  Int64ValueSchema,
  StringValueSchema,
  TimestampSchema,
} from '@bufbuild/protobuf/wkt';
import { COLOR, Type, type Rules } from '../spec/dynamic-contract.js';
import { agreesOnFields, type FieldCase } from '../spec/oracle.js';

const DURATION = 'google.protobuf.Duration';
const TIMESTAMP = 'google.protobuf.Timestamp';
const MASK = 'google.protobuf.FieldMask';
const ANY = 'google.protobuf.Any';

const cases = (type: Type | string, family: string, values: readonly unknown[]) => {
  return (name: string, value: object): FieldCase => ({
    name: `${family} ${name}`,
    field: { type, rules: { type: { case: family, value } } as Rules },
    values,
  });
};
const lower = (name: string, value: unknown) => ({ greaterThan: { case: name, value } });
const upper = (name: string, value: unknown) => ({ lessThan: { case: name, value } });

const bool = cases(Type.BOOL, 'bool', [true, false]);
const color = cases(COLOR, 'enum', [0, 1, 2, 3, -1]);

const span = (seconds: number, nanos = 0) => create(DurationSchema, { seconds: BigInt(seconds), nanos });
const spans = [
  span(0),
  span(0, 1),
  span(0, -1),
  span(1),
  span(1, 1),
  span(2),
  span(-3),
  span(3600, 999_999_999),
];
const duration = cases(DURATION, 'duration', [undefined, ...spans]);

const time = (millis: number) =>
  create(TimestampSchema, {
    seconds: BigInt(Math.floor(millis / 1000)),
    nanos: (((millis % 1000) + 1000) % 1000) * 1e6,
  });
const HOUR = 3_600_000;
const now = Date.now();
const times = [0, 1, -1, 1000, 1500, 2000, now - HOUR, now - 10_000, now + 10_000, now + HOUR].map(time);
const timestamp = cases(TIMESTAMP, 'timestamp', [undefined, ...times]);

const mask = (...paths: string[]) => create(FieldMaskSchema, { paths });
const masks = [mask(), mask('a'), mask('a.b'), mask('ab'), mask('a', 'c'), mask('c', 'a'), mask('d')];
const fieldMask = cases(MASK, 'fieldMask', [undefined, ...masks]);

const packed = [anyPack(DurationSchema, span(1)), anyPack(FieldMaskSchema, mask('a'))];
const any = cases(ANY, 'any', [undefined, ...packed]);
const durationUrl = `type.googleapis.com/${DURATION}`;

describe('the other rules agree with protovalidate', () => {
  agreesOnFields([
    bool('const true', { const: true }),
    bool('const false', { const: false }),
    color('const', { const: 1 }),
    color('defined_only', { definedOnly: true }),
    color('in', { in: [0, 2] }),
    color('not_in', { notIn: [0, 2] }),
    duration('const', { const: span(1) }),
    duration('in', { in: [span(1), span(2)] }),
    duration('not_in', { notIn: [span(1), span(2)] }),
    duration('gt', lower('gt', span(1))),
    duration('gte', lower('gte', span(1))),
    duration('lt', upper('lt', span(1))),
    duration('lte', upper('lte', span(1))),
    duration('gt lt', { ...lower('gt', span(0)), ...upper('lt', span(2)) }),
    duration('gte lte', { ...lower('gte', span(0)), ...upper('lte', span(2)) }),
    duration('gt lte exclusive', { ...lower('gt', span(2)), ...upper('lte', span(0)) }),
    timestamp('const', { const: time(1500) }),
    timestamp('gt', lower('gt', time(1000))),
    timestamp('gte', lower('gte', time(1000))),
    timestamp('lt', upper('lt', time(1000))),
    timestamp('lte', upper('lte', time(1000))),
    timestamp('gte lt', { ...lower('gte', time(1)), ...upper('lt', time(1500)) }),
    timestamp('gt lt exclusive', { ...lower('gt', time(1500)), ...upper('lt', time(1)) }),
    timestamp('lt_now', upper('ltNow', true)),
    timestamp('gt_now', lower('gtNow', true)),
    timestamp('gt and lt_now', { ...lower('gt', time(1000)), ...upper('ltNow', true) }),
    timestamp('within', { within: span(60) }),
    fieldMask('const', { const: mask('a', 'c') }),
    fieldMask('in', { in: ['a', 'c'] }),
    fieldMask('not_in', { notIn: ['a', 'c'] }),
    any('in', { in: [durationUrl] }),
    any('not_in', { notIn: [durationUrl] }),
  ]);
});

describe('the rules of wrapped values agree with protovalidate', () => {
  const text = cases(StringValueSchema.typeName, 'string', [undefined, '', 'a', 'abc']);
  const long = cases(Int64ValueSchema.typeName, 'int64', [undefined, 0n, 1n, 2n ** 60n]);
  agreesOnFields([
    text('min_len', { minLen: 2n }),
    long('gt', lower('gt', 0n)),
    {
      name: 'required',
      field: { type: StringValueSchema.typeName, rules: { required: true } },
      values: [undefined, '', 'a'],
    },
  ]);
});
