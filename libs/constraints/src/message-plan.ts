import type { DescMessage } from '@bufbuild/protobuf';
import type { ReflectMessage } from '@bufbuild/protobuf/reflect';
import { Faults } from './faults.js';
import { planField } from './field-part.js';
import { readSettings } from './field-rules.js';
import { planMessageOneof, planOneof, type MessageOneof } from './oneof-part.js';
import type { Part } from './part.js';
import type { RuleSource } from './rule-source.js';

/**
 * Plans the check of a message type.
 *
 * @param list where the rules that are not supported are gathered
 */
export function planMessage(message: DescMessage, source: RuleSource, list: string[]): readonly Part[] {
  const oneofs = messageOneofs(message, source, new Faults(message.typeName, list));
  const grouped = new Set(oneofs.flatMap(({ fields }) => fields));
  const parts = [
    ...message.fields.map((field) => planField(field, source, grouped.has(field), list)),
    ...oneofs.map(({ part }) => part),
    ...message.oneofs.map((oneof) => planOneof(oneof, source, list)),
  ];
  return parts.filter((part) => part !== undefined);
}

function messageOneofs(message: DescMessage, source: RuleSource, faults: Faults): MessageOneof[] {
  const rules = source.ofMessage(message);
  if (!rules) return [];
  const oneofs: MessageOneof[] = [];
  for (const [name, setting] of readSettings(rules, faults)) {
    if (name !== 'oneof') {
      faults.unsupported(`message.${name}`);
      continue;
    }
    for (const rule of setting as readonly ReflectMessage[]) {
      const given = readSettings(rule, faults);
      const names = (given.get('fields') ?? []) as readonly string[];
      oneofs.push(planMessageOneof(message, names, given.get('required') === true, faults));
    }
  }
  return oneofs;
}
