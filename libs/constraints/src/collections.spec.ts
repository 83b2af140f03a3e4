import { COLOR, PACKAGE, Type, type FieldSpec, type Rules } from './spec/dynamic-contract.js';
import { checkOf } from './spec/single-field.js';
import { agreesOnFields, agreesOnMessages } from './spec/oracle.js';
import { MAX_VIOLATIONS } from './index.js';

const list = (type: Type | string, value: object, more: object = {}): FieldSpec => ({
  type,
  repeated: true,
  rules: { type: { case: 'repeated', value }, ...more } as Rules,
});
const map = (key: Type, type: Type | string, value: object, more: object = {}): FieldSpec => ({
  key,
  type,
  rules: { type: { case: 'map', value }, ...more } as Rules,
});
const string = (value: object) => ({ type: { case: 'string', value } });
const int32 = (value: object) => ({ type: { case: 'int32', value } });

const WORDS = [
  [],
  ['a'],
  ['a', 'b'],
  ['a', 'a'],
  ['', 'abc', ''],
  ['abc', 'b', 'abcd', ''],
  [...'abcdefghijklmnopqra'],
];
const NUMBERS = [[], [0], [-1, 0, 1], [0, 0], [5, -5, -5]];
const FLOATS = [[], [1, 2], [NaN, NaN], [0, -0], [1, NaN, 1]];
const BYTES = [[], [Uint8Array.of(1), Uint8Array.of(2)], [Uint8Array.of(1), Uint8Array.of(1)]];
const COLORS = [[], [0], [1, 2], [1, 1], [0, 3], [3]];

describe('the rules of lists and their items agree with protovalidate', () => {
  agreesOnFields([
    { name: 'min_items', field: list(Type.STRING, { minItems: 2n }), values: WORDS },
    { name: 'max_items', field: list(Type.STRING, { maxItems: 2n }), values: WORDS },
    { name: 'unique strings', field: list(Type.STRING, { unique: true }), values: WORDS },
    { name: 'unique numbers', field: list(Type.INT32, { unique: true }), values: NUMBERS },
    { name: 'unique floats', field: list(Type.DOUBLE, { unique: true }), values: FLOATS },
    { name: 'unique bytes', field: list(Type.BYTES, { unique: true }), values: BYTES },
    { name: 'unique enums', field: list(COLOR, { unique: true }), values: COLORS },
    { name: 'items', field: list(Type.STRING, { items: string({ minLen: 2n }) }), values: WORDS },
    {
      name: 'items that are not empty',
      field: list(Type.STRING, { items: { ...string({ minLen: 2n }), ignore: 1 } }),
      values: WORDS,
    },
    {
      name: 'items that are not zero',
      field: list(Type.INT32, { items: { ...int32({ greaterThan: { case: 'gt', value: 0 } }), ignore: 1 } }),
      values: NUMBERS,
    },
    {
      name: 'items that are ignored',
      field: list(Type.STRING, { minItems: 1n, items: { ...string({ minLen: 2n }), ignore: 3 } }),
      values: WORDS,
    },
    {
      name: 'enum items',
      field: list(COLOR, {
        items: { type: { case: 'enum', value: { in: [1], definedOnly: true } }, ignore: 1 },
      }),
      values: COLORS,
    },
    { name: 'required', field: list(Type.STRING, {}, { required: true }), values: WORDS },
    { name: 'ignored when empty', field: list(Type.STRING, { minItems: 2n }, { ignore: 1 }), values: WORDS },
  ]);
});

const TEXTS = [{}, { a: 'x' }, { a: '', b: 'xy' }, { '': 'x', 'a"b\\c': '', 'd\ne': 'xyz' }];

describe('the rules of maps, their keys and values agree with protovalidate', () => {
  agreesOnFields([
    { name: 'min_pairs', field: map(Type.STRING, Type.STRING, { minPairs: 2n }), values: TEXTS },
    { name: 'max_pairs', field: map(Type.STRING, Type.STRING, { maxPairs: 1n }), values: TEXTS },
    { name: 'required', field: map(Type.STRING, Type.STRING, {}, { required: true }), values: TEXTS },
    {
      name: 'keys and values',
      field: map(Type.STRING, Type.STRING, { keys: string({ minLen: 1n }), values: string({ minLen: 1n }) }),
      values: TEXTS,
    },
    {
      name: 'values that are not empty',
      field: map(Type.STRING, Type.STRING, { values: { ...string({ minLen: 2n }), ignore: 1 } }),
      values: TEXTS,
    },
    {
      name: 'number keys',
      field: map(Type.INT32, Type.STRING, { keys: int32({ lessThan: { case: 'lt', value: 5 } }) }),
      values: [{}, { 1: 'a' }, { 4: 'a', 5: 'b', [-6]: 'c' }],
    },
    {
      name: 'long keys',
      field: map(Type.INT64, COLOR, {
        keys: { type: { case: 'int64', value: { lessThan: { case: 'lt', value: 5n } } } },
        values: { type: { case: 'enum', value: { definedOnly: true } } },
      }),
      values: [{}, { '1': 1 }, { '4': 7, '9007199254740993': 1 }],
    },
    {
      name: 'bool keys',
      field: map(Type.BOOL, Type.INT32, { keys: { type: { case: 'bool', value: { const: true } } } }),
      values: [{}, { true: 1 }, { true: 1, false: 2 }],
    },
  ]);
});

describe('messages in lists and maps agree with protovalidate', () => {
  const leaf = `${PACKAGE}.Leaf`;
  agreesOnMessages([
    {
      name: 'a list and a map of messages',
      messages: {
        Root: {
          fields: { leaf_list: { type: leaf, repeated: true }, leaf_map: { type: leaf, key: Type.STRING } },
        },
        Leaf: { fields: { long_name: { type: Type.STRING, rules: string({ maxLen: 2n }) as Rules } } },
      },
      values: [
        {},
        { leafList: [{ longName: 'ab' }], leafMap: { a: { longName: '' } } },
        { leafList: [{ longName: 'ab' }, { longName: 'abc' }], leafMap: { a: { longName: 'abc' } } },
      ],
    },
  ]);
});

describe('a list of a great many bad items', () => {
  it('is told of no more violations than a reply can carry', () => {
    const check = checkOf(list(Type.STRING, { items: string({ minLen: 1n }) }));
    const found = check({ value: Array.from({ length: 100_000 }, () => '') });
    expect(found).toHaveLength(MAX_VIOLATIONS);
    expect(found[0]).toMatchObject({ field: 'value[0]', reason: 'string.min_len' });
  });
});

describe('a long key', () => {
  it('is not repeated in full', () => {
    const check = checkOf(map(Type.STRING, Type.STRING, { values: string({ minLen: 1n }) }));
    expect(check({ value: { ['k'.repeat(10_000)]: '' } })[0]?.field.length).toBeLessThan(100);
  });
});
