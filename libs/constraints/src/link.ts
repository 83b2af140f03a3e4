import { allOf, type Check } from './check.js';
import type { Part } from './part.js';

/**
 * Builds the checks of all message types from their parts.
 *
 * @param plans the parts of every message type, by its full name
 * @returns the checks of those that have a constraint somewhere below them
 */
export function link(plans: ReadonlyMap<string, readonly Part[]>): ReadonlyMap<string, Check> {
  const constrained = findConstrained(plans);
  // Types refer to each other in circles, so a check finds that of a nested
  // message in its slot, which is filled by the time anything is checked.
  const slots = new Map([...constrained].map((name) => [name, { check: (() => undefined) as Check }]));
  const nested = ({ target }: Part): Check | undefined => {
    const slot = target && slots.get(target.typeName);
    return slot && ((value) => slot.check(value));
  };
  for (const [name, slot] of slots) {
    const checks = (plans.get(name) ?? []).map((part) => part.build(nested(part)));
    slot.check = allOf(checks) ?? slot.check;
  }
  return new Map([...slots].map(([name, { check }]) => [name, check]));
}

/** The types with a constraint of their own, and then those that contain them, to the last. */
function findConstrained(plans: ReadonlyMap<string, readonly Part[]>): ReadonlySet<string> {
  const constrained = new Set<string>();
  for (const [name, parts] of plans) {
    if (parts.some((part) => part.build(undefined))) constrained.add(name);
  }
  let before: number;
  do {
    before = constrained.size;
    for (const [name, parts] of plans) {
      if (parts.some(({ target }) => target && constrained.has(target.typeName))) constrained.add(name);
    }
  } while (constrained.size > before);
  return constrained;
}
