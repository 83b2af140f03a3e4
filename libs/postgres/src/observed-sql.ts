import { observeQuery, type QueryObserver } from './driver-query.js';

type Tag = (first: unknown, ...rest: unknown[]) => unknown;

/**
 * The driver's tag with every query observed. Helpers (`sql(rows)`, `sql('column')`), `json`, `array` and
 * `savepoint` pass through.
 */
export function observedSql<T extends object>(current: () => T, observer: QueryObserver): T {
  // A function, because only a function can stand behind a callable proxy; it is never called itself.
  const callable = (() => undefined) as unknown as T;
  return new Proxy(callable, {
    apply: (_target, _self, [first, ...rest]: [unknown, ...unknown[]]) => {
      const result = (current() as unknown as Tag)(first, ...rest);
      if (Array.isArray((first as TemplateStringsArray).raw)) observeQuery(result, observer);
      return result;
    },
    get: (_target, property) => {
      const member: unknown = Reflect.get(current(), property);
      if (property === 'savepoint') return observedSavepoint(current(), observer);
      if (property !== 'unsafe') return member;
      return (...args: unknown[]) => {
        const result = (member as Tag)(args[0], ...args.slice(1));
        observeQuery(result, observer);
        return result;
      };
    },
  });
}

type Savepoint = (name: string, run: (sql: object) => unknown) => unknown;

function observedSavepoint(sql: object, observer: QueryObserver) {
  const savepoint = Reflect.get(sql, 'savepoint') as Savepoint;
  return (...args: [string, (sql: object) => unknown] | [(sql: object) => unknown]) => {
    const [name, run] = args.length === 1 ? (['unnamed', args[0]] as const) : args;
    return savepoint(name, (inner) => run(observedSql(() => inner, observer)));
  };
}
