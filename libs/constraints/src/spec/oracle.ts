import { create, type DescMessage, type FileRegistry, type Message } from '@bufbuild/protobuf';
import { pathToString, reflect } from '@bufbuild/protobuf/reflect';
import { createValidator } from '@bufbuild/protovalidate';
import { compileConstraints, type Constraints } from '../index.js';
import { dynamicContract, PACKAGE, type FieldSpec, type MessageSpec } from './dynamic-contract.js';
import { toMessageObject } from './message-object.js';

const validator = createValidator();

/** What protovalidate finds in a message, as sorted lines of path and rule. */
export function expectedLines(desc: DescMessage, message: Message): string[] {
  const result = validator.validate(desc, message);
  if (result.kind === 'error') throw result.error;
  if (result.kind === 'valid') return [];
  return result.violations.map(({ field, ruleId }) => `${pathToString(field)} ${ruleId}`).toSorted();
}

/** What this library finds in a message object, in the same form. */
export function actualLines(constraints: Constraints, desc: DescMessage, object: object): string[] {
  const violations = constraints.check(desc.typeName)?.(object) ?? [];
  return violations.map(({ field, reason }) => `${field} ${reason}`).toSorted();
}

/** A rule under comparison, and the values of its field. */
export interface FieldCase {
  readonly name: string;
  readonly field: FieldSpec;
  readonly values: readonly unknown[];
}

/** A message type under comparison, and the fields of its messages. */
export interface MessageCase {
  readonly name: string;
  readonly messages: Readonly<Record<string, MessageSpec>>;
  /** The messages, of the first type, as `create` takes them. */
  readonly values: readonly Readonly<Record<string, unknown>>[];
}

/** One test for each field: both find the same, and find fault with some values but not with all. */
export function agreesOnFields(cases: readonly FieldCase[]): void {
  const messages = cases.map(({ field }, index) => [`Case${index}`, { fields: { value: field } }] as const);
  const registry = dynamicContract(Object.fromEntries(messages));
  const constraints = compileConstraints(registry);
  it.each(cases.map((one, index) => ({ ...one, index })))('$name', ({ index, values }) => {
    const desc = messageNamed(registry, `Case${index}`);
    agree(
      constraints,
      desc,
      values.map((value) => create(desc, { value } as Record<string, unknown>)),
    );
  });
}

/** The same for messages of several fields. */
export function agreesOnMessages(cases: readonly MessageCase[]): void {
  it.each(cases)('$name', ({ messages, values }) => {
    const registry = dynamicContract(messages);
    const desc = messageNamed(registry, Object.keys(messages)[0] ?? '');
    agree(
      compileConstraints(registry),
      desc,
      values.map((value) => create(desc, value as Record<string, unknown>)),
    );
  });
}

function agree(constraints: Constraints, desc: DescMessage, messages: readonly Message[]): void {
  let refused = 0;
  for (const message of messages) {
    const object = toMessageObject(reflect(desc, message));
    const expected = expectedLines(desc, message);
    expect({ object, lines: actualLines(constraints, desc, object) }).toEqual({ object, lines: expected });
    if (expected.length > 0) refused++;
  }
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(messages.length);
}

function messageNamed(registry: FileRegistry, name: string): DescMessage {
  const desc = registry.getMessage(`${PACKAGE}.${name}`);
  if (!desc) throw new Error(`no message ${name}`);
  return desc;
}
