import { ScalarType, type DescEnum, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { isWrapperDesc } from '@bufbuild/protobuf/wkt';
import { checkOfRules, type Check } from './check.js';
import type { Faults } from './faults.js';
import type { FieldRules } from './field-rules.js';
import { boolRules } from './rules/bool-rules.js';
import { bytesRules } from './rules/bytes-rules.js';
import { enumRules } from './rules/enum-rules.js';
import { numberRules } from './rules/number-rules.js';
import { stringRules } from './rules/string-rules.js';
import { durationRules, timestampRules } from './rules/time-rules.js';
import { anyRules, fieldMaskRules } from './rules/well-known-rules.js';
import type { Rule, RuleTable } from './rule.js';

/** The type of one value: of a field, an item, a map key or a map value. */
export type ValueType = ScalarType | DescEnum | DescMessage;

/** The rules messages that a type of value admits, by the name of its field in `FieldRules`. */
interface Family {
  readonly name: string;
  readonly table: RuleTable<never>;
}

const SCALARS: ReadonlyMap<string, RuleTable<never>> = new Map<string, RuleTable<never>>([
  ...numberRules,
  ['string', stringRules],
  ['bytes', bytesRules],
  ['bool', boolRules],
]);
const MESSAGES: ReadonlyMap<string, Family> = new Map<string, Family>([
  ['google.protobuf.Duration', { name: 'duration', table: durationRules }],
  ['google.protobuf.Timestamp', { name: 'timestamp', table: timestampRules }],
  ['google.protobuf.FieldMask', { name: 'field_mask', table: fieldMaskRules }],
  ['google.protobuf.Any', { name: 'any', table: anyRules }],
]);

/** The type of the values of a field: of its items when it is a list, of its values when it is a map. */
export function valueTypeOf(field: DescField): ValueType {
  return (field.enum ?? field.message ?? field.scalar) as ValueType;
}

/** The message whose own constraints a value of this type has to keep, if it is a message. */
export function messageOf(type: ValueType): DescMessage | undefined {
  return typeof type === 'object' && type.kind === 'message' ? type : undefined;
}

/** The check of the rules on a value, apart from those inside of its message. */
export function planValue(type: ValueType, rules: FieldRules, faults: Faults): Check | undefined {
  return checkOfRules(makeRules(familyOf(type), rules, faults));
}

/** Makes the rules of a family; a rule of another family, or an unknown one, is a fault. */
export function makeRules(family: Family | undefined, { typed }: FieldRules, faults: Faults): Rule<never>[] {
  if (!typed) return [];
  if (typed.family !== family?.name) {
    faults.add(`${typed.family} rules do not fit the type`);
    return [];
  }
  const rules: Rule<never>[] = [];
  for (const [name, setting] of typed.settings) {
    // Examples ask for nothing.
    if (name === 'example') continue;
    const id = `${family.name}.${name}`;
    const make = family.table.get(name);
    if (!make) {
      faults.unsupported(id);
      continue;
    }
    try {
      rules.push(...make(setting as never, typed.settings));
    } catch (error) {
      faults.add(`${id} cannot be enforced: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return rules;
}

function familyOf(type: ValueType): Family | undefined {
  if (typeof type !== 'object') return scalarFamily(type);
  if (type.kind === 'enum') return { name: 'enum', table: enumRules(type) };
  // A wrapper reaches a handler as the value it wraps, or undefined.
  const wrapped = isWrapperDesc(type) ? type.fields[0]?.scalar : undefined;
  if (wrapped !== undefined) return scalarFamily(wrapped);
  return MESSAGES.get(type.typeName);
}

function scalarFamily(scalar: ScalarType): Family | undefined {
  const name = ScalarType[scalar].toLowerCase();
  const table = SCALARS.get(name);
  return table && { name, table };
}
