import type { DescEnum } from '@bufbuild/protobuf';
import { fragment, type Fragment } from './fragment.js';
import type { PrintOptions } from './print-options.js';
import type { ScalarPrinter } from './print-scalar.js';

/** The JSON text of a number of an enum: its name in quotes, or the number where it has none. */
export function enumText(type: DescEnum, number: number, options: PrintOptions): string {
  if (type.typeName === 'google.protobuf.NullValue') return 'null';
  const value = options.enumsAsNumbers ? undefined : type.values.find((known) => known.number === number);
  return value === undefined ? String(number) : JSON.stringify(value.name);
}

/** The printer of an enum. */
export function enumPrinter(type: DescEnum, options: PrintOptions): ScalarPrinter {
  const known = new Map<number, Fragment>();
  for (const { number } of type.values) known.set(number, fragment(enumText(type, number, options)));
  return (reader, writer) => {
    const number = reader.varint32() | 0;
    const text = known.get(number);
    if (text !== undefined) writer.fragment(text);
    else writer.ascii(enumText(type, number, options));
  };
}
