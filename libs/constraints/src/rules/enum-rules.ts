import type { DescEnum } from '@bufbuild/protobuf';
import { ruleTable, whenOn, type RuleTable } from '../rule.js';
import { equalityMakers, strictEquality } from './equality.js';

/** The rules of `EnumRules`; values are the numbers. */
export function enumRules(desc: DescEnum): RuleTable<number> {
  const defined = new Set(desc.values.map((value) => value.number));
  const nameOf = (number: number) => desc.value[number]?.name ?? String(number);
  return ruleTable<number>({
    ...equalityMakers('enum', strictEquality(nameOf)),
    defined_only: whenOn({
      id: 'enum.defined_only',
      description: `must be a value of ${desc.name}`,
      holds: (value) => defined.has(value),
    }),
  });
}
