import type { Logger } from '@gatehouse/telemetry';
import type { ChangeRow, ResourceChangeStore, SharedResource } from './resource-change.store.js';

/** Somebody who watches. */
export interface Watcher {
  /** Tells of a change, with the resource unless it is gone. */
  tell(change: ChangeRow, resource: SharedResource | undefined): void;
  /** Says that changes may have been missed. Nothing is told after that. */
  interrupt(): void;
}

/** Between two readings while somebody watches, and between two sweeps, in milliseconds. */
const READ_EVERY_MS = 200;
const SWEEP_EVERY_MS = 60_000;

/**
 * Follows the changes of resources for all who watch at this replica: one reading serves them all, and nothing is
 * read while nobody watches. A transaction that commits late is not missed: each reading begins at the horizon of
 * the one before it, and what was told is remembered for as long as it may be read again. Where the database has begun
 * another history, nobody knows what was missed: all watches are interrupted.
 */
export class ResourceChanges {
  readonly #watchers = new Set<Watcher>();
  #epoch = '';
  #horizon: bigint | undefined;
  #told = new Set<bigint>();
  #reading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #sweep: NodeJS.Timeout;

  constructor(
    private readonly store: ResourceChangeStore,
    private readonly log: Logger,
  ) {
    this.#sweep = setInterval(() => void this.#deleteOld(), SWEEP_EVERY_MS).unref();
  }

  /**
   * Tells of every change that commits after this resolves, until it is interrupted.
   *
   * @returns ends it
   * @throws AppError DATABASE_UNAVAILABLE
   */
  async watch(watcher: Watcher): Promise<() => void> {
    await this.#reading?.catch(() => undefined);
    await this.#readOnce();
    this.#watchers.add(watcher);
    this.#schedule();
    return () => void this.#watchers.delete(watcher);
  }

  stop(): void {
    clearInterval(this.#sweep);
    clearTimeout(this.#timer);
    this.#watchers.clear();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      void this.#readOnce()
        // The next reading begins where the last good one ended.
        .catch((error: unknown) => this.log.warn({ error }, 'the changes of resources cannot be read'))
        .then(() => {
          this.#timer = undefined;
          if (this.#watchers.size > 0) this.#schedule();
          else this.#horizon = undefined;
        });
    }, READ_EVERY_MS).unref();
  }

  #readOnce(): Promise<void> {
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #read(): Promise<void> {
    const begins = this.#horizon === undefined;
    const { epoch, horizon, changes } = await this.store.since(this.#horizon);
    if (!begins && epoch !== this.#epoch) {
      this.#interrupt();
      return this.#read();
    }
    const fresh = foldByResource(begins ? [] : changes.filter(({ seq }) => !this.#told.has(seq)));
    const ids = fresh.map(({ resourceId }) => resourceId);
    const resources = ids.length > 0 ? await this.store.find(ids) : new Map<string, SharedResource>();
    this.#epoch = epoch;
    this.#horizon = horizon;
    this.#told = new Set(changes.map(({ seq }) => seq));
    for (const change of fresh) {
      for (const watcher of this.#watchers) watcher.tell(change, resources.get(change.resourceId));
    }
  }

  #interrupt(): void {
    for (const watcher of this.#watchers) watcher.interrupt();
    this.#watchers.clear();
    this.#horizon = undefined;
  }

  async #deleteOld(): Promise<void> {
    await this.store
      .deleteOld()
      .catch((error: unknown) => this.log.warn({ error }, 'old changes of resources not deleted'));
  }
}

/** What one reading found of a resource is told once: it is as it is now, however often it has changed. */
function foldByResource(changes: readonly ChangeRow[]): readonly ChangeRow[] {
  const folded = new Map<string, ChangeRow>();
  for (const change of changes) {
    const before = folded.get(change.resourceId);
    folded.set(change.resourceId, before ? fold(before, change) : change);
  }
  return [...folded.values()];
}

function fold(one: ChangeRow, other: ChangeRow): ChangeRow {
  return {
    seq: other.seq,
    resourceId: one.resourceId,
    concerned: [...one.concerned, ...other.concerned],
    toAllWhoSee: one.toAllWhoSee || other.toAllWhoSee,
    seenByAll: one.seenByAll || other.seenByAll,
  };
}
