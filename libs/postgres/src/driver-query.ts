/**
 * The members of the driver's Query that are used here. `postgres` does not document them; it is pinned to an
 * exact version and the specs of the pool fail when one of them changes its meaning.
 */
interface DriverQuery {
  /** Set once the query is written to a connection. */
  readonly state: unknown;
  strings: readonly string[];
  args: readonly unknown[];
  /** Hands the query to the pool; called when the query is first awaited. */
  handler: (query: DriverQuery) => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** A statement or transaction that someone waits for. */
export interface Pending {
  /** Whether a connection works on it; until then nothing of it has reached the server. */
  isAcquired(): boolean;
  /** Rejects it and, unless a connection works on it already, makes sure that it never runs. */
  abandon(error: Error): void;
}

export interface QueryObserver {
  /** The query is about to be handed to the pool. */
  begun(pending: Pending): void;
  settled(pending: Pending): void;
  /** What the caller gets for an error of the driver. */
  translate(error: unknown): unknown;
}

/**
 * Follows one query of the driver from the moment it is awaited until it settles. A query that is only ever a
 * fragment of another one is never handed over, and never followed.
 */
export function observeQuery(query: unknown, observer: QueryObserver): void {
  const target = query as DriverQuery;
  const { handler, resolve, reject } = target;
  const pending: Pending = {
    isAcquired: () => target.state !== null,
    abandon: (error) => {
      // The driver's own cancel() loses a connection when the query is the one that connection was opened for.
      // An emptied query runs harmlessly whenever its turn comes.
      if (target.state === null) {
        target.strings = ['select'];
        target.args = [];
      }
      target.reject(error);
    },
  };
  target.handler = (executed) => {
    observer.begun(pending);
    return handler(executed);
  };
  target.resolve = (value) => {
    observer.settled(pending);
    resolve(value);
  };
  target.reject = (error) => {
    observer.settled(pending);
    reject(observer.translate(error));
  };
}
