import { Type, type Rules } from '../spec/dynamic-contract.js';
import { agreesOnFields, type FieldCase } from '../spec/oracle.js';

const INT32 = [-2147483648, -2, -1, 0, 1, 2, 4, 5, 6, 9, 10, 11, 2147483647];
const UINT32 = [0, 1, 2, 4, 5, 6, 9, 10, 11, 4294967295];
const INT64 = [-(2n ** 63n), ...INT32.map(BigInt), 2n ** 53n + 1n, 2n ** 63n - 1n];
const UINT64 = [...UINT32.map(BigInt), 2n ** 53n + 1n, 2n ** 64n - 1n];
const FLOAT = [...INT32.slice(1, -1), -0, 0.5, 4.5, 5.5, NaN, Infinity, -Infinity];

const TYPES: readonly (readonly [string, Type, readonly (number | bigint)[]])[] = [
  ['int32', Type.INT32, INT32],
  ['sint32', Type.SINT32, INT32],
  ['sfixed32', Type.SFIXED32, INT32],
  ['uint32', Type.UINT32, UINT32],
  ['fixed32', Type.FIXED32, UINT32],
  ['int64', Type.INT64, INT64],
  ['sint64', Type.SINT64, INT64],
  ['sfixed64', Type.SFIXED64, INT64],
  ['uint64', Type.UINT64, UINT64],
  ['fixed64', Type.FIXED64, UINT64],
  ['float', Type.FLOAT, FLOAT],
  ['double', Type.DOUBLE, FLOAT],
];

type Bounds = readonly (readonly [string, number])[];

const LOWER = ['gt', 'gte'];
const UPPER = ['lt', 'lte'];
const BOUNDS: readonly Bounds[] = [
  ...[...LOWER, ...UPPER].map((name) => [[name, 5]] as const),
  ...LOWER.flatMap((lower) =>
    UPPER.flatMap((upper) => [
      [
        [lower, 5],
        [upper, 10],
      ] as const,
      [
        [lower, 10],
        [upper, 5],
      ] as const,
      [
        [lower, 5],
        [upper, 5],
      ] as const,
    ]),
  ),
];

/** A range over a single excluded number admits nothing or everything; it needs no table. */
const isVacuous = (bounds: Bounds) =>
  bounds.length === 2 && bounds[0]?.[1] === bounds[1]?.[1] && !bounds.every(([name]) => name.endsWith('e'));

function numericCases([family, type, values]: (typeof TYPES)[number]): FieldCase[] {
  const isBig = typeof values[0] === 'bigint';
  const of = (value: number) => (isBig ? BigInt(value) : value);
  const oneCase = (name: string, settings: object): FieldCase => ({
    name: `${family} ${name}`,
    field: { type, rules: { type: { case: family, value: settings } } as Rules },
    values,
  });
  const ranges = BOUNDS.filter((bounds) => !isVacuous(bounds)).map((bounds) => {
    const settings: Record<string, unknown> = {};
    for (const [name, bound] of bounds) {
      settings[LOWER.includes(name) ? 'greaterThan' : 'lessThan'] = { case: name, value: of(bound) };
    }
    return oneCase(bounds.flat().join(' '), settings);
  });
  return [
    oneCase('const', { const: of(5) }),
    oneCase('const of zero', { const: of(0) }),
    oneCase('in', { in: [0, 5, 9].map(of) }),
    oneCase('not_in', { notIn: [0, 5, 9].map(of) }),
    ...ranges,
  ];
}

describe('the rules of each numeric type agree with protovalidate', () => {
  agreesOnFields(TYPES.flatMap(numericCases));
});

describe('the rules of floating point numbers alone agree with protovalidate', () => {
  const of = (family: string, settings: object) => ({ type: { case: family, value: settings } }) as Rules;
  agreesOnFields([
    {
      name: 'float finite',
      field: { type: Type.FLOAT, rules: of('float', { finite: true }) },
      values: FLOAT,
    },
    {
      name: 'double finite',
      field: { type: Type.DOUBLE, rules: of('double', { finite: true }) },
      values: FLOAT,
    },
    {
      name: 'NaN in a list',
      field: { type: Type.DOUBLE, rules: of('double', { in: [NaN, 1] }) },
      values: FLOAT,
    },
  ]);
});
