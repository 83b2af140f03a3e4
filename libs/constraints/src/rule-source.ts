import {
  getOption,
  hasOption,
  type DescExtension,
  type DescField,
  type DescMessage,
  type DescOneof,
  type FileRegistry,
  type Message,
} from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';

/** Reads the `buf.validate` options of a descriptor, as the contract's own descriptors define them. */
export interface RuleSource {
  /** `buf.validate.FieldRules`, when the field has any. */
  readonly ofField: (field: DescField) => ReflectMessage | undefined;
  /** `buf.validate.OneofRules`, when the oneof has any. */
  readonly ofOneof: (oneof: DescOneof) => ReflectMessage | undefined;
  /** `buf.validate.MessageRules`, when the message has any. */
  readonly ofMessage: (message: DescMessage) => ReflectMessage | undefined;
}

/**
 * Opens the constraints of a contract.
 *
 * @throws Error when the registry does not know the `buf.validate` options: its
 *   constraints, if there are any, would go unread
 */
export function openRules(registry: FileRegistry): RuleSource {
  return {
    ofField: reader(registry, 'buf.validate.field'),
    ofOneof: reader(registry, 'buf.validate.oneof'),
    ofMessage: reader(registry, 'buf.validate.message'),
  };
}

function reader(registry: FileRegistry, name: string) {
  const extension = registry.getExtension(name);
  if (extension?.fieldKind !== 'message') {
    throw new Error(`the descriptor set does not define the option ${name}`);
  }
  const option: DescExtension = extension;
  const { message } = extension;
  return (desc: DescField | DescOneof | DescMessage): ReflectMessage | undefined =>
    hasOption(desc, option) ? reflect(message, getOption(desc, option) as Message) : undefined;
}
