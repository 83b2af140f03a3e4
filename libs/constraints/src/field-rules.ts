import { isReflectList, isReflectMessage, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import type { Faults } from './faults.js';
import type { Settings } from './rule.js';

/** The values of `buf.validate.Ignore`, which decides when the rules of a field are not asked. */
export const Ignore = { UNSPECIFIED: 0, IF_ZERO_VALUE: 1, ALWAYS: 3 } as const;

/** `buf.validate.FieldRules`, read. */
export interface FieldRules {
  readonly required: boolean;
  /** Undefined when it is not given, which differs from UNSPECIFIED below a `message.oneof`. */
  readonly ignore: number | undefined;
  /** The rules by type: `string` and its settings. */
  readonly typed: { readonly family: string; readonly settings: Settings } | undefined;
}

const NO_RULES: FieldRules = { required: false, ignore: undefined, typed: undefined };

/** Reads the rules of a field; what has no place in {@link FieldRules} is a fault. */
export function readFieldRules(message: ReflectMessage | undefined, faults: Faults): FieldRules {
  if (!message) return NO_RULES;
  const settings = readSettings(message, faults);
  const type = message.oneofs.find((oneof) => oneof.name === 'type');
  const given = type && message.oneofCase(type);
  for (const name of settings.keys()) {
    if (name !== 'required' && name !== 'ignore' && name !== given?.name) faults.unsupported(name);
  }
  const typed = given && settings.get(given.name);
  return {
    required: settings.get('required') === true,
    ignore: settings.get('ignore') as number | undefined,
    typed:
      isReflectMessage(typed) && given
        ? { family: given.name, settings: readSettings(typed, faults) }
        : undefined,
  };
}

/**
 * The settings that a rules message has, by their proto names: lists as
 * arrays, durations and the like as plain messages, nested rules as they are.
 */
export function readSettings(message: ReflectMessage, faults: Faults): Settings {
  // Predefined rules are extensions of the rules messages, in CEL.
  for (const { no } of message.getUnknown() ?? []) faults.unsupported(`[${message.desc.typeName} ${no}]`);
  return new Map(
    message.fields
      .filter((field) => message.isSet(field))
      .map((field) => {
        const value: unknown = message.get(field);
        if (isReflectList(value)) return [field.name, [...value].map(plain)];
        return [field.name, plain(value)];
      }),
  );
}

function plain(value: unknown): unknown {
  if (!isReflectMessage(value)) return value;
  return value.desc.typeName.startsWith('google.protobuf.') ? value.message : value;
}
