import { databaseError } from './database-error.js';
import { makeQuery } from './make-query.js';
import type { DriverPool, Sql } from './sql.js';
import { Statement } from './statement.js';

type Tag = (first: unknown, ...rest: unknown[]) => unknown;

/**
 * The driver's tag, with every statement run by `execute` and every failure translated. Helpers (`sql(rows)`,
 * `sql('column')`) and `json` are the driver's own.
 * @param extra members that this tag has besides, such as a transaction's `savepoint`
 */
export function sqlTag<T extends Sql = Sql>(
  driver: DriverPool,
  execute: (statement: Statement) => void,
  extra: Partial<T> = {},
): T {
  const tag: Tag = (first, ...rest) => {
    if (!isTemplate(first)) return (driver as unknown as Tag)(first, ...rest);
    const result = makeQuery(
      first,
      rest.map((value) => arrayParameter(driver, value)),
    );
    Statement.from(result, databaseError, execute);
    return result;
  };
  const unsafe: Tag = (text, ...rest) => {
    const result = (driver.unsafe as Tag)(text, ...rest);
    Statement.from(result, databaseError, execute);
    return result;
  };
  return Object.assign(tag, { unsafe, json: driver.json }, extra) as unknown as T;
}

/**
 * The driver guesses a parameter's type from its value, and takes an array for one of its elements; type 0 leaves
 * it to the server. An array of fragments is no parameter.
 */
function arrayParameter(driver: DriverPool, value: unknown): unknown {
  return Array.isArray(value) && !(value[0] instanceof Promise) ? driver.typed(value, 0) : value;
}

function isTemplate(value: unknown): value is TemplateStringsArray {
  return Array.isArray((value as Partial<TemplateStringsArray> | undefined)?.raw);
}
