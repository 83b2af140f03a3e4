import { create, createFileRegistry, type MessageInitShape } from '@bufbuild/protobuf';
import { WireType } from '@bufbuild/protobuf/wire';
import { FileDescriptorSetSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import {
  Int32RulesSchema,
  MapRulesSchema,
  RepeatedRulesSchema,
  type StringRulesSchema,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { compileConstraints, ConstraintFault } from './index.js';
import {
  COLOR,
  dynamicContract,
  PACKAGE,
  Type,
  type FieldSpec,
  type MessageSpec,
} from './spec/dynamic-contract.js';

function faultsOf(messages: Readonly<Record<string, MessageSpec>>): readonly string[] {
  try {
    compileConstraints(dynamicContract(messages));
  } catch (error) {
    if (error instanceof ConstraintFault) return error.faults;
    throw error;
  }
  return [];
}

const faultsOfField = (field: FieldSpec) => faultsOf({ M: { fields: { f: field } } });
const COLORED = `${PACKAGE}.Colored`;
const stringRules = (value: MessageInitShape<typeof StringRulesSchema>) =>
  ({ case: 'string', value }) as const;
const rule = { id: 'even', message: 'must be even', expression: 'this % 2 == 0' };

describe('a contract with a rule that is not enforced', () => {
  it('is refused for CEL on a field, with the names of field and rule', () => {
    expect(faultsOfField({ type: Type.INT32, rules: { cel: [rule] } })).toEqual([
      expect.stringMatching(/^spec\.v1\.M\.f: cel\b/),
    ]);
    expect(faultsOfField({ type: Type.INT32, rules: { celExpression: ['this > 0'] } })).toEqual([
      expect.stringMatching(/^spec\.v1\.M\.f: cel_expression\b/),
    ]);
  });

  it('is refused for CEL on a message', () => {
    expect(faultsOf({ M: { fields: {}, rules: { cel: [rule] } } })).toEqual([
      expect.stringMatching(/^spec\.v1\.M: message\.cel\b/),
    ]);
  });

  it('is refused for CEL on items, keys and values', () => {
    const element = { cel: [rule] };
    const items = { case: 'repeated', value: create(RepeatedRulesSchema, { items: element }) } as const;
    expect(faultsOfField({ type: Type.INT32, repeated: true, rules: { type: items } })).toHaveLength(1);
    const both = { case: 'map', value: create(MapRulesSchema, { keys: element, values: element }) } as const;
    expect(faultsOfField({ type: Type.INT32, key: Type.INT32, rules: { type: both } })).toHaveLength(2);
  });

  it('is refused even where the field is ignored', () => {
    expect(faultsOfField({ type: Type.INT32, rules: { ignore: 3, cel: [rule] } })).toHaveLength(1);
  });

  it('is refused for a predefined rule, by the number of its extension', () => {
    const value = create(Int32RulesSchema);
    value.$unknown = [{ no: 1234, wireType: WireType.Varint, data: Uint8Array.of(1) }];
    const rules = { type: { case: 'int32', value } } as const;
    expect(faultsOfField({ type: Type.INT32, rules })).toEqual([
      expect.stringMatching(/^spec\.v1\.M\.f: .*1234/),
    ]);
  });

  it.each<[string, FieldSpec]>([
    [
      'string.uri',
      { type: Type.STRING, rules: { type: stringRules({ wellKnown: { case: 'uri', value: true } }) } },
    ],
    ['bytes.pattern', { type: Type.BYTES, rules: { type: { case: 'bytes', value: { pattern: 'a' } } } }],
    [
      'repeated.unique',
      { type: COLORED, repeated: true, rules: { type: { case: 'repeated', value: { unique: true } } } },
    ],
    ['string.pattern', { type: Type.STRING, rules: { type: stringRules({ pattern: '(?=a)b' }) } }],
    ['string.pattern', { type: Type.STRING, rules: { type: stringRules({ pattern: '(a)\\1' }) } }],
    ['string.pattern', { type: Type.STRING, rules: { type: stringRules({ pattern: '(' }) } }],
    [
      'double.gt',
      {
        type: Type.DOUBLE,
        rules: { type: { case: 'double', value: { greaterThan: { case: 'gt', value: NaN } } } },
      },
    ],
    [
      'timestamp.lt',
      {
        type: TimestampSchema.typeName,
        rules: { type: { case: 'timestamp', value: { lessThan: { case: 'lt', value: { nanos: 1 } } } } },
      },
    ],
  ])('is refused for %s', (id, field) => {
    const faults = faultsOf({ M: { fields: { f: field } }, Colored: { fields: { color: { type: COLOR } } } });
    expect(faults).toEqual([expect.stringContaining(`${PACKAGE}.M.f: ${id} `)]);
  });

  it('is refused for rules of another type than the field', () => {
    expect(faultsOfField({ type: Type.INT32, rules: { type: stringRules({ minLen: 1n }) } })).toHaveLength(1);
    expect(
      faultsOfField({ type: Type.STRING, repeated: true, rules: { type: stringRules({ minLen: 1n }) } }),
    ).toHaveLength(1);
    expect(
      faultsOfField({ type: TimestampSchema.typeName, rules: { type: stringRules({ minLen: 1n }) } }),
    ).toHaveLength(1);
  });

  it('is refused for a message.oneof that names what is not there', () => {
    const f = { type: Type.STRING };
    const oneof = (fields: string[]) => faultsOf({ M: { fields: { f }, rules: { oneof: [{ fields }] } } });
    expect(oneof(['f', 'g'])).toHaveLength(1);
    expect(oneof(['f', 'f'])).toHaveLength(1);
    expect(oneof([])).toHaveLength(1);
  });

  it('is told of all its faults at once', () => {
    const field = { type: Type.INT32, rules: { cel: [rule], celExpression: ['this > 0'] } };
    const faults = faultsOf({ A: { fields: { one: field, two: field } }, B: { fields: { one: field } } });
    expect(faults).toHaveLength(6);
  });
});

describe('a registry that does not define the options', () => {
  it('is refused, since its constraints would go unread', () => {
    const registry = createFileRegistry(
      create(FileDescriptorSetSchema, { file: [TimestampSchema.file.proto] }),
    );
    expect(() => compileConstraints(registry)).toThrow('buf.validate.field');
  });
});

describe('a rule that is switched off', () => {
  it('asks nothing', () => {
    const off = stringRules({ wellKnown: { case: 'uuid', value: false } });
    const registry = dynamicContract({ M: { fields: { f: { type: Type.STRING, rules: { type: off } } } } });
    expect(compileConstraints(registry).check(`${PACKAGE}.M`)).toBeUndefined();
  });
});
