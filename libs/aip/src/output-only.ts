import type { FileRegistry } from '@bufbuild/protobuf';
import { fieldBehavior } from '@gatehouse/contracts/field-behavior';

/** The fields of a message that only its service sets, by proto name: masks that name them mean nothing by it (AIP-203). */
export function outputOnlyFields(contract: FileRegistry, typeName: string): ReadonlySet<string> {
  const message = contract.getMessage(typeName);
  if (message === undefined) throw new Error(`no contract of ${typeName}`);
  const outputOnly = message.fields.filter((field) => fieldBehavior(contract, field).readOnly);
  return new Set(outputOnly.map(({ name }) => name));
}
