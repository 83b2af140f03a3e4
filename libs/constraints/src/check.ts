import type { FieldViolation } from '@gatehouse/errors';
import type { Rule } from './rule.js';

/**
 * Looks at one value. Undefined means that every rule is kept, so that the
 * usual case allocates nothing; the fields of what it found are relative to
 * the value, and whoever holds the value puts its own name before them.
 */
export type Check = (value: unknown) => FieldViolation[] | undefined;

/**
 * How many violations one message reports. They travel in the trailers of the
 * call, whose size is limited, and a request of a million bad items must not
 * cost a million descriptions.
 */
export const MAX_VIOLATIONS = 32;

/** A check of all the rules; undefined when there are none. */
export function checkOfRules(rules: readonly Rule<never>[]): Check | undefined {
  if (rules.length === 0) return undefined;
  return (value) => {
    let found: FieldViolation[] | undefined;
    for (let index = 0; index < rules.length; index++) {
      const rule = rules[index] as Rule<never>;
      if (!rule.holds(value as never)) (found ??= []).push(violation(rule.id, rule.description));
    }
    return found;
  };
}

/** One check of several; undefined when none of them is a check. */
export function allOf(checks: readonly (Check | undefined)[]): Check | undefined {
  const present = checks.filter((check) => check !== undefined);
  if (present.length < 2) return present[0];
  return (value) => {
    let found: FieldViolation[] | undefined;
    for (let index = 0; index < present.length; index++) {
      found = join(found, (present[index] as Check)(value));
    }
    return found;
  };
}

/** Both findings in one list, which may be `first` itself. */
export function join(
  first: FieldViolation[] | undefined,
  second: FieldViolation[] | undefined,
): FieldViolation[] | undefined {
  if (!first || !second) return first ?? second;
  first.push(...second);
  return first;
}

/** A violation of the value at hand itself. */
export function violation(reason: string, description: string): FieldViolation {
  return { field: '', description, reason };
}

/** The findings, with the step that leads to their value before their fields. */
export function below(step: string, found: FieldViolation[] | undefined): FieldViolation[] | undefined {
  return found?.map((one) => ({ ...one, field: step + separator(one.field) + one.field }));
}

function separator(field: string): string {
  return field === '' || field.startsWith('[') ? '' : '.';
}
