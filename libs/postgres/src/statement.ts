/**
 * The members of the driver's Query that are used here. `postgres` does not document them; it is pinned to an
 * exact version and the specs of the pool fail when one of them changes its meaning.
 */
export interface DriverQuery {
  /** Set once the query is written to a connection. */
  state: unknown;
  /** Whether it was written as a template, so that its text holds no values. */
  tagged: boolean;
  /** Its text as it was sent, with $1 for the first value; undefined before. */
  readonly string?: string;
  strings: readonly string[];
  args: readonly unknown[];
  /** Hands the query to its pool; called when the query is first awaited. */
  handler: (query: DriverQuery) => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  options: object;
  statement: unknown;
  active: boolean;
  cancelled: unknown;
  executed: boolean;
  signature: string;
}

/** Something that waits for the server, and that can be told to wait no longer. */
export interface Pending {
  /** Whether a connection works on it; until then nothing of it has reached the server. */
  isAcquired(): boolean;
  /** Rejects it and, unless a connection works on it already, makes sure that it never runs. */
  abandon(error: unknown): void;
}

const EMPTIED: readonly string[] = ['select'];

/** One query of the driver, taken out of the driver's hands until a connection is chosen for it. */
export class Statement implements Pending {
  private readonly settledListeners: ((error?: unknown) => void)[] = [];
  private settled = false;
  /** Settled by us, not by an answer. */
  isAbandoned = false;

  private constructor(
    readonly query: DriverQuery,
    translate: (error: unknown) => unknown,
  ) {
    const { resolve, reject } = query;
    // Named first, as all functions here are that become properties: see makeQuery.
    const settle = (value: unknown): void => {
      this.settle();
      resolve(value);
    };
    const fail = (reason: unknown): void => {
      const error = translate(reason);
      this.settle(error);
      reject(error);
    };
    query.resolve = settle;
    query.reject = fail;
  }

  /**
   * Calls `execute` when the query is first awaited, in place of the driver's pool. A query that is only ever a
   * fragment of another one is never executed.
   */
  static from(
    query: unknown,
    translate: (error: unknown) => unknown,
    execute: (statement: Statement) => void,
  ): void {
    const driverQuery = query as DriverQuery;
    const statement = new Statement(driverQuery, translate);
    const handle = (): void => execute(statement);
    driverQuery.handler = handle;
  }

  isAcquired(): boolean {
    return this.query.state !== null;
  }

  abandon(error: unknown): void {
    this.isAbandoned = true;
    // The driver's own cancel() loses a connection when the query is the one that connection was opened for.
    // An emptied query runs harmlessly whenever its turn comes.
    if (this.query.state === null) {
      this.query.strings = EMPTIED;
      this.query.args = [];
    }
    this.query.reject(error);
  }

  onSettled(listener: (error?: unknown) => void): void {
    this.settledListeners.push(listener);
  }

  private settle(error?: unknown): void {
    if (this.settled) return;
    this.settled = true;
    for (const listener of this.settledListeners) listener(error);
  }
}
