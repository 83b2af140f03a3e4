import { getExtension, hasExtension, type DescField, type Registry } from '@bufbuild/protobuf';

// google/api/field_behavior.proto
const REQUIRED = 2;
const OUTPUT_ONLY = 3;
const INPUT_ONLY = 4;

/** What google.api.field_behavior says of a field that JSON Schema has a word for. */
export interface FieldBehavior {
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
}

/** Reads `google.api.field_behavior`; all false where the field or the descriptor set has none. */
export function fieldBehavior(registry: Registry, field: DescField): FieldBehavior {
  const extension = registry.getExtension('google.api.field_behavior');
  const options = field.proto.options;
  const given =
    extension === undefined || options === undefined || !hasExtension(options, extension)
      ? []
      : (getExtension(options, extension) as unknown as readonly number[]);
  return {
    required: given.includes(REQUIRED),
    readOnly: given.includes(OUTPUT_ONLY),
    writeOnly: given.includes(INPUT_ONLY),
  };
}
