import {
  getOption,
  hasOption,
  ScalarType,
  toJson,
  type DescField,
  type FileRegistry,
  type Message,
} from '@bufbuild/protobuf';
import type { JsonObject } from '@gatehouse/transcoding';

/** The settings of a rule as JSON: lowerCamelCase names, 64-bit numbers as strings. */
type Settings = Readonly<Record<string, unknown>>;

/** What one setting says in JSON Schema. */
type Keyword = (setting: unknown) => JsonObject;

const asNumber =
  (name: string): Keyword =>
  (setting) => ({ [name]: Number(setting) });
const asIs =
  (name: string): Keyword =>
  (setting) => ({ [name]: setting });
const format =
  (name: string): Keyword =>
  (setting) =>
    setting === true ? { format: name } : {};

const ANY_VALUE: Readonly<Record<string, Keyword>> = {
  const: asIs('const'),
  in: asIs('enum'),
  notIn: (values) => ({ not: { enum: values } }),
};

const NUMBER: Readonly<Record<string, Keyword>> = {
  ...ANY_VALUE,
  gt: asNumber('exclusiveMinimum'),
  gte: asNumber('minimum'),
  lt: asNumber('exclusiveMaximum'),
  lte: asNumber('maximum'),
};

/** Lengths count code points in both languages. A pattern of RE2 that no JavaScript engine reads is left out. */
const STRING: Readonly<Record<string, Keyword>> = {
  ...ANY_VALUE,
  len: (length) => ({ minLength: Number(length), maxLength: Number(length) }),
  minLen: asNumber('minLength'),
  maxLen: asNumber('maxLength'),
  pattern: (pattern) => (isPattern(String(pattern)) ? { pattern } : {}),
  prefix: (text) => ({ pattern: `^${escaped(String(text))}` }),
  suffix: (text) => ({ pattern: `${escaped(String(text))}$` }),
  contains: (text) => ({ pattern: escaped(String(text)) }),
  notContains: (text) => ({ not: { pattern: escaped(String(text)) } }),
  email: format('email'),
  hostname: format('hostname'),
  ipv4: format('ipv4'),
  ipv6: format('ipv6'),
  uri: format('uri'),
  uuid: format('uuid'),
};

/** Keywords by the family of rules. 64-bit integers are strings in JSON, whose size no keyword can tell. */
const FAMILIES: Readonly<Record<string, Readonly<Record<string, Keyword>>>> = {
  string: STRING,
  int32: NUMBER,
  sint32: NUMBER,
  uint32: NUMBER,
  float: NUMBER,
  double: NUMBER,
  bool: ANY_VALUE,
  // The schema of an enum lists the values that are defined.
  enum: { definedOnly: () => ({}) },
  repeated: {
    minItems: asNumber('minItems'),
    maxItems: asNumber('maxItems'),
    unique: asIs('uniqueItems'),
  },
  map: { minPairs: asNumber('minProperties'), maxPairs: asNumber('maxProperties') },
};

/**
 * What the constraints of a field (`buf.validate`) say in JSON Schema 2020-12; undefined for none. Constraints that it
 * cannot express are left to the service, which enforces them all.
 *
 * @param registry a contract that defines the option
 */
export function fieldConstraints(registry: FileRegistry): (field: DescField) => JsonObject | undefined {
  const option = registry.getExtension('buf.validate.field');
  if (option?.fieldKind !== 'message') return () => undefined;
  return (field) => {
    if (!hasOption(field, option)) return undefined;
    const rules = toJson(option.message, getOption(field, option) as Message, { registry }) as Settings;
    return keywordsOf(rules, field);
  };
}

function keywordsOf(rules: Settings, field: DescField): JsonObject | undefined {
  if (rules['ignore'] === 'IGNORE_ALWAYS') return undefined;
  const keywords: Record<string, unknown> = {};
  for (const [family, table] of Object.entries(FAMILIES)) {
    for (const [name, setting] of Object.entries((rules[family] ?? {}) as Settings)) {
      Object.assign(keywords, table[name]?.(setting));
    }
  }
  // A string without presence is there when it is not empty.
  if (rules['required'] === true && field.fieldKind === 'scalar' && 'string' in rules) {
    keywords['minLength'] = Math.max(1, Number(keywords['minLength'] ?? 1));
  }
  if (Object.keys(keywords).length === 0) return undefined;
  return rules['ignore'] === 'IGNORE_IF_ZERO_VALUE' ? orEmpty(keywords, field) : keywords;
}

/** The keywords, or the empty string; nothing for other types, whose service decides alone. */
function orEmpty(keywords: JsonObject, field: DescField): JsonObject | undefined {
  if (field.fieldKind !== 'scalar' || field.scalar !== ScalarType.STRING) return undefined;
  const type = 'string';
  return {
    anyOf: [
      { type, maxLength: 0 },
      { type, ...keywords },
    ],
  };
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').source !== '';
  } catch {
    return false;
  }
}

function escaped(text: string): string {
  return text
    .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    .replace(/[\u0000-\u001f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
