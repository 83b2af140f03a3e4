import { openDriver } from './open-driver.js';
import type { DriverQuery } from './statement.js';

/** The class of the driver's queries, a kind of Promise. */
type QueryClass = new (...args: any[]) => Promise<unknown>;

// It is exported by nobody. The driver that makes this query never connects.
const Query = openDriver('postgres://')`select`.constructor as QueryClass;

/** Frames of where a template is written. */
const ORIGIN_FRAMES = 4;

const origins = new WeakMap<TemplateStringsArray, string>();

/** Its constructor never runs: queries of templates have its prototype. */
class TemplateQuery extends Query {
  declare readonly strings: TemplateStringsArray;

  /** What the driver adds to the stack of an error. */
  get origin(): string {
    return origins.get(this.strings) ?? '';
  }
}

/**
 * Makes the query of a template as the driver's own constructor does (`src/query.js` of the pinned version), but for
 * two functions that it assigns to properties. V8 allocates a function that is written as the value of such an
 * assignment in the old generation. There it would keep its query, and with that all that can be reached from it, the
 * call whose statement it is most of all, until the whole heap is collected.
 */
export function makeQuery(
  strings: TemplateStringsArray,
  args: readonly unknown[],
): DriverQuery & Promise<unknown> {
  rememberOrigin(strings);
  let resolve!: (value: unknown) => void;
  let reject!: (error: unknown) => void;
  const executor = (onValue: typeof resolve, onError: typeof reject): void => {
    resolve = onValue;
    reject = onError;
  };
  const query = Reflect.construct(Promise, [executor], TemplateQuery) as DriverQuery & Promise<unknown>;
  const settle = (value: unknown): void => {
    query.active = false;
    resolve(value);
  };
  const fail = (error: unknown): void => {
    query.active = false;
    reject(error);
  };
  query.tagged = true;
  query.strings = strings;
  query.args = args;
  query.options = {};
  query.state = null;
  query.statement = null;
  query.resolve = settle;
  query.reject = fail;
  query.active = false;
  query.cancelled = null;
  query.executed = false;
  query.signature = '';
  return query;
}

/** Remembers where a template is written, the first time that it is used. */
function rememberOrigin(strings: TemplateStringsArray): void {
  if (origins.has(strings)) return;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = ORIGIN_FRAMES;
  origins.set(strings, new Error().stack ?? '');
  Error.stackTraceLimit = limit;
}
