import type { FileRegistry } from '@bufbuild/protobuf';
import type { FieldViolation } from '@gatehouse/errors';
import { MAX_VIOLATIONS, type Check } from './check.js';
import { ConstraintFault } from './constraint-fault.js';
import { link } from './link.js';
import { planMessage } from './message-plan.js';
import type { Part } from './part.js';
import { openRules } from './rule-source.js';

/**
 * Checks a message object, of the type that it was made for, and returns what
 * is wrong with it: paths in proto names such as `items[0].title`, in the
 * order of the fields, {@link MAX_VIOLATIONS} at most. A message that keeps
 * every rule gets the same empty list every time.
 */
export type MessageCheck = (message: object) => readonly FieldViolation[];

/** The constraints of a contract, compiled. */
export interface Constraints {
  /**
   * The check of a message type; undefined when neither it nor anything below
   * it has a constraint, so that the caller has nothing to call.
   *
   * @param typeName the full name: `gatehouse.users.v1.GetUserRequest`
   * @throws Error when the contract has no such message type
   */
  check(typeName: string): MessageCheck | undefined;
}

const NO_VIOLATIONS: readonly FieldViolation[] = Object.freeze([]);

/**
 * Compiles the `buf.validate` options of every message type to checks of the
 * message objects of the generated code: camelCase fields, `{ $case, value }`
 * for a oneof, bigint for 64 bits, `Date` for a Timestamp, a list of paths for
 * a FieldMask, the bare value for a wrapper, undefined for what is absent.
 * The rules mean what protovalidate says they mean.
 *
 * @param registry the contract, with `buf/validate/validate.proto`
 * @throws ConstraintFault when a rule is not supported; it lists all of them
 */
export function compileConstraints(registry: FileRegistry): Constraints {
  const source = openRules(registry);
  const faults: string[] = [];
  const plans = new Map<string, readonly Part[]>();
  for (const type of registry) {
    if (type.kind === 'message') plans.set(type.typeName, planMessage(type, source, faults));
  }
  if (faults.length > 0) throw new ConstraintFault(faults);
  const checks = new Map([...link(plans)].map(([name, check]) => [name, toMessageCheck(check)]));
  return {
    check(typeName) {
      if (!plans.has(typeName)) throw new Error(`the contract has no message type ${typeName}`);
      return checks.get(typeName);
    },
  };
}

function toMessageCheck(check: Check): MessageCheck {
  return (message) => check(message)?.slice(0, MAX_VIOLATIONS) ?? NO_VIOLATIONS;
}
