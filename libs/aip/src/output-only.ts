import { getExtension, hasExtension, type FileRegistry } from '@bufbuild/protobuf';

/** google/api/field_behavior.proto */
const OUTPUT_ONLY = 3;

/** The fields of a message that only its service sets, by proto name: masks that name them mean nothing by it (AIP-203). */
export function outputOnlyFields(contract: FileRegistry, typeName: string): ReadonlySet<string> {
  const extension = contract.getExtension('google.api.field_behavior');
  const message = contract.getMessage(typeName);
  if (extension === undefined || message === undefined) throw new Error(`no contract of ${typeName}`);
  const isOutputOnly = ({ options }: (typeof message.fields)[number]['proto']): boolean =>
    options !== undefined &&
    hasExtension(options, extension) &&
    (getExtension(options, extension) as unknown as readonly number[]).includes(OUTPUT_ONLY);
  return new Set(message.fields.filter(({ proto }) => isOutputOnly(proto)).map(({ name }) => name));
}
