import type { DescField } from '@bufbuild/protobuf';
import { allOf, below, violation, type Check } from './check.js';
import { planList, planMap } from './collection-plan.js';
import { Faults } from './faults.js';
import { accessTo } from './field-access.js';
import { Ignore, readFieldRules, type FieldRules } from './field-rules.js';
import type { Part } from './part.js';
import type { RuleSource } from './rule-source.js';
import { messageOf, planValue, valueTypeOf } from './value-plan.js';

/**
 * Plans the check of a field; undefined when its rules are ignored always.
 *
 * @param inMessageOneof whether a `message.oneof` names it: then its rules are
 *   asked only of a value that is set, unless `ignore` says otherwise
 */
export function planField(
  field: DescField,
  source: RuleSource,
  inMessageOneof: boolean,
  list: string[],
): Part | undefined {
  const faults = new Faults(`${field.parent.typeName}.${field.name}`, list);
  const rules = readFieldRules(source.ofField(field), faults);
  const ignore = rules.ignore ?? (inMessageOneof ? Ignore.IF_ZERO_VALUE : Ignore.UNSPECIFIED);
  const plan = planContent(field, rules, faults);
  if (ignore === Ignore.ALWAYS) return undefined;
  return {
    target: messageOf(valueTypeOf(field)),
    build: (nested) => fieldCheck(field, rules.required, ignore, plan(nested)),
  };
}

type Plan = (nested: Check | undefined) => Check | undefined;

function planContent(field: DescField, rules: FieldRules, faults: Faults): Plan {
  if (field.fieldKind === 'list') return planList(field, rules, faults);
  if (field.fieldKind === 'map') return planMap(field, rules, faults);
  const own = planValue(valueTypeOf(field), rules, faults);
  return (nested) => allOf([own, nested]);
}

/** The check of a message about one of its fields. */
function fieldCheck(
  field: DescField,
  required: boolean,
  ignore: number,
  content: Check | undefined,
): Check | undefined {
  if (!required && !content) return undefined;
  const { name } = field;
  const { read, isSet, tracksPresence } = accessTo(field);
  const mayBeAbsent = required || tracksPresence || ignore === Ignore.IF_ZERO_VALUE;
  return (message) => {
    const value = read(message as never);
    if (mayBeAbsent && !isSet(value)) {
      return required ? below(name, [violation('required', 'must be given')]) : undefined;
    }
    return content && below(name, content(value));
  };
}
