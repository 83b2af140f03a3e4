import { getOption, type DescField, type Registry } from '@bufbuild/protobuf';

// google/api/field_behavior.proto
const REQUIRED = 2;
const OUTPUT_ONLY = 3;
const INPUT_ONLY = 4;

/** What google.api.field_behavior says of a field that JSON Schema has a word for (AIP-203). */
export interface FieldBehavior {
  readonly required: boolean;
  /** Only the service sets it. */
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
}

/** Reads `google.api.field_behavior`; all false where the field or the registry has none. */
export function fieldBehavior(registry: Registry, field: DescField): FieldBehavior {
  const option = registry.getExtension('google.api.field_behavior');
  const given = option === undefined ? [] : (getOption(field, option) as readonly number[]);
  return {
    required: given.includes(REQUIRED),
    readOnly: given.includes(OUTPUT_ONLY),
    writeOnly: given.includes(INPUT_ONLY),
  };
}
