import type { AppError } from '@gatehouse/errors';

/** What is known of a call that was refused; a `Call` is one. */
export interface RefusedCall {
  readonly principal: { readonly subject: string };
  readonly method: { readonly path: string; readonly rule: { readonly audited: boolean } };
  readonly requestId: string;
}

/** What {@link RefusalRecorder} works with. */
export interface RefusalRecorderOptions<Refused extends RefusedCall> {
  /** Adds one event. */
  readonly record: (call: Refused, error: AppError) => Promise<void>;
  readonly log: { warn(fields: object, message: string): void };
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
export class RefusalRecorder<Refused extends RefusedCall> {
  readonly #options: RefusalRecorderOptions<Refused>;
  readonly #until = new Map<string, number>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: RefusalRecorderOptions<Refused>) {
    this.#options = options;
  }

  /** For the guard's `onRefusal`. */
  readonly onRefusal = (call: Refused, error: AppError): void => {
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

  #isNews({ principal, method }: RefusedCall, { reason }: AppError): boolean {
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
