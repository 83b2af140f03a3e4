import { RE2JS } from '@bufbuild/re2';
import { ruleTable, whenOn, type RuleMaker, type RuleTable } from '../rule.js';
import { atLeast, atMost } from './code-points.js';
import { equalityMakers, strictEquality } from './equality.js';
import { sizeMaker } from './size.js';
import { stringFormats } from './string-formats.js';

const CHARACTERS = 'character(s)';
const BYTES = 'byte(s) of UTF-8';
const show = (text: string) => JSON.stringify(text);

/** The maker of a rule about a piece of text, such as `string.prefix`. */
function textMaker(name: string, words: string, holds: (value: string, text: string) => boolean) {
  return (text: string) => [
    {
      id: `string.${name}`,
      description: `must ${words} ${show(text)}`,
      holds: (value: string) => holds(value, text),
    },
  ];
}

/**
 * Patterns are RE2's: it matches in linear time whatever the caller sends,
 * and has no lookaround and no back references to read differently.
 */
const patternMaker: RuleMaker<string> = (pattern: string) => {
  const compiled = RE2JS.compile(pattern);
  return [
    {
      id: 'string.pattern',
      description: `must match ${pattern}`,
      holds: (value) => compiled.test(value),
    },
  ];
};

/** A format has an id of its own for the empty string, `string.uuid_empty`. */
function formatMakers(): Record<string, RuleMaker<string>> {
  const makers = Object.entries(stringFormats).map(([name, { words, matches }]) => {
    const id = `string.${name}`;
    const description = `must be ${words}`;
    const maker = whenOn<string>(
      { id: `${id}_empty`, description, holds: (value) => value !== '' },
      { id, description, holds: (value) => value === '' || matches(value) },
    );
    return [name, maker];
  });
  return Object.fromEntries(makers) as Record<string, RuleMaker<string>>;
}

/** The rules of `StringRules`. Lengths count code points, `*_bytes` count bytes of UTF-8. */
export const stringRules: RuleTable<string> = ruleTable<string>({
  ...equalityMakers('string', strictEquality(show)),
  ...formatMakers(),
  len: sizeMaker('string.len', ['must have', CHARACTERS], (v, n) => atLeast(v, n) && atMost(v, n)),
  min_len: sizeMaker('string.min_len', ['must have at least', CHARACTERS], atLeast),
  max_len: sizeMaker('string.max_len', ['must have at most', CHARACTERS], atMost),
  len_bytes: sizeMaker('string.len_bytes', ['must take', BYTES], (v, n) => Buffer.byteLength(v) === n),
  min_bytes: sizeMaker(
    'string.min_bytes',
    ['must take at least', BYTES],
    (v, n) => Buffer.byteLength(v) >= n,
  ),
  max_bytes: sizeMaker('string.max_bytes', ['must take at most', BYTES], (v, n) => Buffer.byteLength(v) <= n),
  pattern: patternMaker,
  prefix: textMaker('prefix', 'begin with', (value, text) => value.startsWith(text)),
  suffix: textMaker('suffix', 'end with', (value, text) => value.endsWith(text)),
  contains: textMaker('contains', 'contain', (value, text) => value.includes(text)),
  not_contains: textMaker('not_contains', 'not contain', (value, text) => !value.includes(text)),
});
