import type { DescField } from '@bufbuild/protobuf';
import type { FieldViolation } from '@gatehouse/errors';
import { allOf, below, checkOfRules, join, MAX_VIOLATIONS, type Check } from './check.js';
import { planElement } from './element-plan.js';
import type { Faults } from './faults.js';
import type { FieldRules } from './field-rules.js';
import { entriesOf, entryStep, type MapValue } from './map-value.js';
import { mapRules, repeatedRules } from './rules/collection-rules.js';
import type { Settings } from './rule.js';
import { makeRules, valueTypeOf } from './value-plan.js';

type Plan = (nested: Check | undefined) => Check | undefined;

/** Plans the check of a list: its own rules and those of its items. */
export function planList(field: DescField & { fieldKind: 'list' }, rules: FieldRules, faults: Faults): Plan {
  const own = makeRules({ name: 'repeated', table: repeatedRules(field) }, without(rules, 'items'), faults);
  const list = checkOfRules(own);
  const item = planElement(valueTypeOf(field), settings(rules).get('items'), faults);
  return (nested) => allOf([list, eachItem(item(nested))]);
}

/** Plans the check of a map: its own rules and those of its keys and values. */
export function planMap(field: DescField & { fieldKind: 'map' }, rules: FieldRules, faults: Faults): Plan {
  const own = makeRules({ name: 'map', table: mapRules }, without(rules, 'keys', 'values'), faults);
  const map = checkOfRules(own);
  const key = planElement(field.mapKey, settings(rules).get('keys'), faults)(undefined);
  const value = planElement(valueTypeOf(field), settings(rules).get('values'), faults);
  return (nested) => allOf([map, eachEntry(field.mapKey, key, value(nested))]);
}

function settings({ typed }: FieldRules): Settings {
  return typed?.settings ?? new Map();
}

function without(rules: FieldRules, ...names: readonly string[]): FieldRules {
  if (!rules.typed) return rules;
  const rest = [...rules.typed.settings].filter(([name]) => !names.includes(name));
  return { ...rules, typed: { family: rules.typed.family, settings: new Map(rest) } };
}

function eachItem(check: Check | undefined): Check | undefined {
  if (!check) return undefined;
  return (value) => {
    const list = value as readonly unknown[];
    let found: FieldViolation[] | undefined;
    for (let index = 0; index < list.length; index++) {
      const one = check(list[index]);
      if (!one) continue;
      found = join(found, below(`[${index}]`, one));
      if (found && found.length >= MAX_VIOLATIONS) break;
    }
    return found;
  };
}

function eachEntry(
  keyType: Parameters<typeof entriesOf>[1],
  keyCheck: Check | undefined,
  valueCheck: Check | undefined,
): Check | undefined {
  if (!keyCheck && !valueCheck) return undefined;
  return (map) => {
    let found: FieldViolation[] | undefined;
    for (const [key, value] of entriesOf(map as MapValue, keyType)) {
      const one = join(keyCheck?.(key), valueCheck?.(value));
      if (!one) continue;
      found = join(found, below(entryStep(key), one));
      if (found && found.length >= MAX_VIOLATIONS) break;
    }
    return found;
  };
}
