import type { FieldMask } from '@bufbuild/protobuf/wkt';
import { ruleTable, type RuleTable } from '../rule.js';
import { equalityMakers, strictEquality } from './equality.js';

/** Whether a path is one of these or below one: `a.b` is below `a`. */
const covered = (path: string, masks: readonly string[]) =>
  masks.some((mask) => path === mask || path.startsWith(`${mask}.`));

/** The rules of `FieldMaskRules`; values are lists of paths. */
export const fieldMaskRules: RuleTable<readonly string[]> = ruleTable<readonly string[]>({
  const: ({ paths }: FieldMask) => [
    {
      id: 'field_mask.const',
      description: `must be the paths ${paths.join(', ')}`,
      holds: (value) => value.length === paths.length && value.every((path, index) => path === paths[index]),
    },
  ],
  in: (masks: readonly string[]) => [
    {
      id: 'field_mask.in',
      description: `must hold no paths but ${masks.join(', ')}`,
      holds: (value) => value.every((path) => covered(path, masks)),
    },
  ],
  not_in: (masks: readonly string[]) => [
    {
      id: 'field_mask.not_in',
      description: `must hold none of the paths ${masks.join(', ')}`,
      holds: (value) => !value.some((path) => covered(path, masks)),
    },
  ],
});

/** What a rule of `AnyRules` looks at. */
interface PackedMessage {
  readonly typeUrl: string;
}

const typeUrls = equalityMakers<PackedMessage, string>('any', {
  among: (settings) => {
    const listed = strictEquality<string>(String).among(settings);
    return ({ typeUrl }) => listed(typeUrl);
  },
  show: String,
});

/** The rules of `AnyRules`, about the type URL. */
export const anyRules: RuleTable<PackedMessage> = ruleTable<PackedMessage>({
  in: typeUrls.in,
  not_in: typeUrls.not_in,
});
