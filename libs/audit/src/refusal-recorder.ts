import type { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import type { WarningLog } from '@gatehouse/postgres';

/** What {@link RefusalRecorder} works with. */
export interface RefusalRecorderOptions {
  /** Adds one event. */
  readonly record: (call: Call, error: AppError) => Promise<void>;
  readonly log: WarningLog;
  /** Milliseconds on a clock that never steps. */
  readonly monotonic?: () => number;
}

/** For how long one event stands for all refusals of its kind, in milliseconds. */
const WINDOW_MS = 60_000;

/** Kinds remembered at once: some 2 MB. */
const MAX_KINDS = 10_000;

/**
 * Records what the guard refuses on audited methods: of each principal, method and reason one event a minute and
 * replica, the first; a flood of refusals is no flood of events. Each single one is in the log of calls. The answer
 * does not wait for the record, so that recording costs a refused caller nothing and brings an attacker no further.
 */
export class RefusalRecorder {
  readonly #options: RefusalRecorderOptions;
  readonly #until = new Map<string, number>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: RefusalRecorderOptions) {
    this.#options = options;
  }

  /** For the guard's `onRefusal`. */
  readonly onRefusal = (call: Call, error: AppError): void => {
    if (!call.method.rule.audited || !this.#isNews(call, error)) return;
    const { record, log } = this.#options;
    const recording = record(call, error)
      .catch((cause: unknown) =>
        log.warn({ error: cause, request_id: call.requestId }, 'refusal not recorded'),
      )
      .finally(() => this.#underWay.delete(recording));
    this.#underWay.add(recording);
  };

  /** Resolves when what is under way is recorded. Never rejects. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #isNews({ principal, method }: Call, { reason }: AppError): boolean {
    const now = (this.#options.monotonic ?? (() => performance.now()))();
    const kind = JSON.stringify([principal.subject, method.path, reason]);
    if ((this.#until.get(kind) ?? -Infinity) > now) return false;
    this.#until.delete(kind);
    // Oldest first, as all stay for the same time.
    for (const [old, until] of this.#until) {
      if (until > now && this.#until.size < MAX_KINDS) break;
      this.#until.delete(old);
    }
    this.#until.set(kind, now + WINDOW_MS);
    return true;
  }
}
