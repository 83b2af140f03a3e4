import type postgres from 'postgres';

// The driver can learn the array types from the server, but asks once per connection, and a connection lost
// during that question ends the process (an unhandled rejection). The numbers are fixed: pg_type.dat.
const ELEMENTS: Readonly<Record<number, (text: string) => unknown>> = {
  1000: (text) => text === 't', // boolean[]
  1005: Number, // int2[]
  1007: Number, // int4[]
  1009: String, // text[]
  1015: String, // varchar[]
  1016: BigInt, // int8[]
  1022: Number, // float8[]
  1185: (text) => new Date(text), // timestamptz[]
  2951: String, // uuid[]
};

/** One-dimensional arrays of the usual types, as parameters and in rows. */
export const ARRAY_TYPES: Readonly<Record<string, postgres.PostgresType>> = Object.fromEntries(
  Object.entries(ELEMENTS).map(([oid, parseElement]) => [
    `array_${oid}`,
    {
      to: Number(oid),
      from: [Number(oid)],
      serialize: (values: readonly unknown[]) => printArray(values),
      parse: (text: string) =>
        parseArray(text).map((element) => (element === null ? null : parseElement(element))),
    },
  ]),
);

/** PostgreSQL, 8.15.2 Array Value Input. */
function printArray(values: readonly unknown[]): string {
  const elements = values.map((value) => {
    if (value === null) return 'NULL';
    const text = value instanceof Date ? value.toISOString() : String(value);
    return `"${text.replace(/[\\"]/g, '\\$&')}"`;
  });
  return `{${elements.join(',')}}`;
}

/** PostgreSQL, 8.15.6 Array Input and Output Syntax: quoted elements escape with a backslash, bare NULL is null. */
function parseArray(text: string): (string | null)[] {
  return [...text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs)].map(([, quoted, bare]) => {
    if (quoted !== undefined) return quoted.replace(/\\(.)/gs, '$1');
    return bare === undefined || bare === 'NULL' ? null : bare;
  });
}
