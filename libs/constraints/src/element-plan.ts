import { isReflectMessage } from '@bufbuild/protobuf/reflect';
import { allOf, type Check } from './check.js';
import type { Faults } from './faults.js';
import { Ignore, readFieldRules } from './field-rules.js';
import { planValue, type ValueType } from './value-plan.js';
import { zeroTest } from './zero.js';

/**
 * Plans the check of the items of a list, or the keys or the values of a map.
 *
 * @param setting `repeated.items`, `map.keys` or `map.values`, if it is given
 * @returns what makes the check, when that of the message inside is known
 */
export function planElement(
  type: ValueType,
  setting: unknown,
  faults: Faults,
): (nested: Check | undefined) => Check | undefined {
  const rules = readFieldRules(isReflectMessage(setting) ? setting : undefined, faults);
  if (rules.required) faults.add('required asks nothing of an element');
  const own = planValue(type, rules, faults);
  if (rules.ignore === Ignore.ALWAYS) return () => undefined;
  const isZero = rules.ignore === Ignore.IF_ZERO_VALUE ? zeroOf(type) : undefined;
  return (nested) => {
    const check = allOf([own, nested]);
    if (!check || !isZero) return check;
    return (value) => (isZero(value) ? undefined : check(value));
  };
}

/** A message in a list or a map is there and so has no zero value. */
function zeroOf(type: ValueType): ((value: unknown) => boolean) | undefined {
  if (typeof type !== 'object') return zeroTest(type);
  if (type.kind === 'message') return undefined;
  const first = type.values[0]?.number;
  return (value) => value === first;
}
