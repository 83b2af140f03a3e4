import { compileConstraints } from './index.js';
import {
  COLOR,
  dynamicContract,
  PACKAGE,
  Type,
  type FieldSpec,
  type Rules,
} from './spec/dynamic-contract.js';
import { agreesOnFields, agreesOnMessages, type FieldCase } from './spec/oracle.js';

const UNSPECIFIED = 0;
const IF_ZERO_VALUE = 1;
const IGNORES = [
  ['unspecified', UNSPECIFIED],
  ['if zero', IF_ZERO_VALUE],
] as const;

interface Kind {
  readonly name: string;
  readonly field: FieldSpec;
  /** Rules that the zero value breaks. */
  readonly type: object;
  readonly values: readonly unknown[];
}

const KINDS: readonly Kind[] = [
  {
    name: 'string',
    field: { type: Type.STRING },
    type: { case: 'string', value: { minLen: 2n } },
    values: ['', 'a', 'ab'],
  },
  {
    name: 'int32',
    field: { type: Type.INT32 },
    type: { case: 'int32', value: { greaterThan: { case: 'gt', value: 1 } } },
    values: [0, 1, 2],
  },
  {
    name: 'int64',
    field: { type: Type.INT64 },
    type: { case: 'int64', value: { greaterThan: { case: 'gt', value: 1n } } },
    values: [0n, 1n, 2n],
  },
  {
    name: 'double',
    field: { type: Type.DOUBLE },
    type: { case: 'double', value: { greaterThan: { case: 'gt', value: 1 } } },
    values: [0, -0, 1, 2],
  },
  {
    name: 'enum',
    field: { type: COLOR },
    type: { case: 'enum', value: { in: [1] } },
    values: [0, 1, 2],
  },
  {
    name: 'bytes',
    field: { type: Type.BYTES },
    type: { case: 'bytes', value: { minLen: 2n } },
    values: [new Uint8Array(), new Uint8Array(1), new Uint8Array(2)],
  },
];

const rulesOf = (kind: Kind, more: object) => ({ type: kind.type, ...more }) as Rules;

/** Implicit and explicit presence, required or not, by each meaning of `ignore`. */
const presence: readonly FieldCase[] = KINDS.flatMap((kind) =>
  IGNORES.flatMap(([ignoreName, ignore]) =>
    [false, true].flatMap((required) =>
      [false, true].map((optional) => ({
        name: `${optional ? 'optional ' : ''}${kind.name}, ${required ? 'required, ' : ''}ignore ${ignoreName}`,
        field: { ...kind.field, optional, rules: rulesOf(kind, { required, ignore }) },
        values: [undefined, ...kind.values],
      })),
    ),
  ),
);

describe('absent and zero values agree with protovalidate', () => {
  agreesOnFields(presence);
});

const text = (rules?: object): FieldSpec => ({ type: Type.STRING, rules: rules as Rules });
const minLen = (limit: bigint) => ({ type: { case: 'string', value: { minLen: limit } } });
const child = `${PACKAGE}.Child`;

describe('oneofs and nested messages agree with protovalidate', () => {
  agreesOnMessages([
    {
      name: 'members of a oneof',
      messages: {
        Root: {
          fields: {
            by_name: { ...text(minLen(2n)), oneof: 'choice_made' },
            by_child: { type: child, oneof: 'choice_made' },
            by_id: { ...text({ required: true }), oneof: 'other' },
          },
        },
        Child: { fields: { name: text(minLen(2n)) } },
      },
      values: [
        { other: { case: 'byId', value: '' } },
        {},
        { choiceMade: { case: 'byName', value: '' }, other: { case: 'byId', value: 'x' } },
        { choiceMade: { case: 'byChild', value: { name: 'a' } } },
      ],
    },
    {
      name: 'a required oneof',
      messages: {
        Root: {
          fields: { one_a: { ...text(), oneof: 'choice_made' }, one_b: { ...text(), oneof: 'choice_made' } },
          requiredOneofs: ['choice_made'],
        },
      },
      values: [{}, { choiceMade: { case: 'oneA', value: '' } }, { choiceMade: { case: 'oneB', value: 'x' } }],
    },
    ...[false, true].map((required) => ({
      name: `message.oneof${required ? ', required' : ''}`,
      messages: {
        Root: {
          fields: {
            a: text(minLen(2n)),
            b_list: { ...text(), repeated: true },
            c: { ...text(), optional: true },
          },
          rules: { oneof: [{ fields: ['a', 'b_list', 'c'], required }] },
        },
      },
      values: [
        {},
        { a: 'ab' },
        { a: 'a' },
        { bList: ['x'] },
        { c: '' },
        { a: 'ab', c: '' },
        { a: 'a', bList: ['x'] },
      ],
    })),
    {
      name: 'a message that is required and one that is ignored',
      messages: {
        Root: {
          fields: {
            given: { type: child, rules: { required: true } },
            maybe: { type: child },
            ignored: { type: child, rules: { required: true, ignore: 3 } },
          },
        },
        Child: { fields: { long_name: text(minLen(2n)) } },
      },
      values: [
        {},
        { given: {} },
        { given: { longName: 'ab' } },
        { given: { longName: 'ab' }, maybe: { longName: '' }, ignored: { longName: '' } },
      ],
    },
    {
      name: 'a message that contains itself',
      messages: {
        Root: {
          fields: {
            name: text(minLen(2n)),
            next: { type: `${PACKAGE}.Root` },
            all: { type: `${PACKAGE}.Root`, repeated: true },
          },
        },
      },
      values: [
        { name: 'ab' },
        { name: 'ab', next: { name: 'a', next: { name: 'ab', all: [{}, { name: 'ab' }] } } },
        { name: 'ab', next: { name: 'ab', all: [{ name: 'ab' }] } },
      ],
    },
  ]);
});

describe('a message type', () => {
  const registry = dynamicContract({
    Outer: { fields: { middle: { type: `${PACKAGE}.Middle` } } },
    Middle: { fields: { holding: { type: `${PACKAGE}.Holding` } } },
    Bare: {
      fields: { name: text(), self: { type: `${PACKAGE}.Bare` }, other: { type: `${PACKAGE}.Ignoring` } },
    },
    Ignoring: { fields: { held: { type: `${PACKAGE}.Held`, rules: { ignore: 3 } } } },
    Held: { fields: { name: text(minLen(2n)) } },
    Holding: { fields: { held: { type: `${PACKAGE}.Held` }, self: { type: `${PACKAGE}.Holding` } } },
  });
  const constraints = compileConstraints(registry);

  it('has no check when nothing below it is constrained', () => {
    expect(constraints.check(`${PACKAGE}.Bare`)).toBeUndefined();
    expect(constraints.check(`${PACKAGE}.Ignoring`)).toBeUndefined();
  });

  it('has a check when a message inside of it is constrained', () => {
    const found = constraints.check(`${PACKAGE}.Holding`)?.({ self: { held: { name: '' } } });
    expect(found).toMatchObject([{ field: 'self.held.name', reason: 'string.min_len' }]);
  });

  // Not compared with protovalidate, whose 1.3.0 loses the rules of types
  // that contain each other.
  it('is checked through types that contain each other', () => {
    const mutual = dynamicContract({
      Root: { fields: { name: text(minLen(2n)), next: { type: child } } },
      Child: { fields: { back: { type: `${PACKAGE}.Root` }, all: { type: child, repeated: true } } },
    });
    const check = compileConstraints(mutual).check(`${PACKAGE}.Root`);
    const name = 'ab';
    expect(check?.({ name, next: { all: [], back: { name } } })).toEqual([]);
    const inner = {
      all: [
        { all: [], back: undefined },
        { all: [], back: { name: '' } },
      ],
      back: { name: 'a' },
    };
    expect(check?.({ name, next: inner }).map(({ field }) => field)).toEqual([
      'next.back.name',
      'next.all[1].back.name',
    ]);
  });

  it('has a check when the constrained message is far below it', () => {
    const found = constraints.check(`${PACKAGE}.Outer`)?.({ middle: { holding: { held: { name: '' } } } });
    expect(found).toMatchObject([{ field: 'middle.holding.held.name' }]);
  });

  it('gives the same empty list for every message that keeps its rules', () => {
    const check = constraints.check(`${PACKAGE}.Held`);
    const found = check?.({ name: 'ab' });
    expect(found).toEqual([]);
    expect(check?.({ name: 'abc' })).toBe(found);
    expect(Object.isFrozen(found)).toBe(true);
  });

  it('that is not in the contract is refused, not skipped', () => {
    expect(() => constraints.check(`${PACKAGE}.Unknown`)).toThrow(`${PACKAGE}.Unknown`);
  });
});
