import type { DescField, DescMessage, DescOneof } from '@bufbuild/protobuf';
import { violation, type Check } from './check.js';
import { Faults } from './faults.js';
import { accessTo } from './field-access.js';
import { readSettings } from './field-rules.js';
import type { Part } from './part.js';
import type { RuleSource } from './rule-source.js';

/** Plans the check of a oneof: whether one of its fields has to be set. */
export function planOneof(oneof: DescOneof, source: RuleSource, list: string[]): Part | undefined {
  const rules = source.ofOneof(oneof);
  if (!rules) return undefined;
  const faults = new Faults(`${oneof.parent.typeName}.${oneof.name}`, list);
  let required = false;
  for (const [name, setting] of readSettings(rules, faults)) {
    if (name === 'required') required = setting === true;
    else faults.unsupported(`oneof.${name}`);
  }
  if (!required) return undefined;
  const { localName, name } = oneof;
  return plain((message) =>
    (message as Readonly<Record<string, unknown>>)[localName] === undefined
      ? [{ ...violation('required', 'one of its fields must be given'), field: name }]
      : undefined,
  );
}

/** A `message.oneof`: fields of which at most one may be set, or exactly one. */
export interface MessageOneof {
  readonly fields: readonly DescField[];
  readonly part: Part;
}

/** Plans the check of a `message.oneof`; a field that does not exist is a fault. */
export function planMessageOneof(
  message: DescMessage,
  names: readonly string[],
  required: boolean,
  faults: Faults,
): MessageOneof {
  const fields = names.flatMap((name) => {
    const field = message.fields.find((one) => one.name === name);
    if (!field) faults.add(`message.oneof names ${name}, which is not a field`);
    return field ?? [];
  });
  if (new Set(names).size !== names.length) faults.add('message.oneof names a field twice');
  if (names.length === 0) faults.add('message.oneof names no field');
  const accesses = fields.map(accessTo);
  const description = `${required ? 'exactly' : 'at most'} one of ${names.join(', ')} must be given`;
  const part = plain((value) => {
    let set = 0;
    for (const { read, isSet } of accesses) if (isSet(read(value as never))) set++;
    return set > 1 || (required && set === 0) ? [violation('message.oneof', description)] : undefined;
  });
  return { fields, part };
}

function plain(check: Check): Part {
  return { target: undefined, build: () => check };
}
