import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@gatehouse/postgres';
import type { VerifierStore } from '../revocation/verifier.store.js';

/** The longest wait, in milliseconds: as long as for a revocation. */
const WAIT_MS = 2_000;

/** From one look to the next, in milliseconds. */
const LOOK_EVERY_MS = 25;

/** What {@link AcceptedKeys} works with. */
export interface AcceptedKeysOptions {
  readonly database: Database;
  readonly verifiers: Pick<VerifierStore, 'keyKnowledge'>;
}

/**
 * Holds back what a key signs that took over from a revoked one: until every live verifier accepts it, a good access
 * token would be refused. In a planned rotation that was waited for before the key took over.
 */
export class AcceptedKeys {
  readonly #options: AcceptedKeysOptions;
  /** The key that was waited for last; those who ask for it meanwhile wait together. */
  #last: { readonly keyId: string; readonly accepted: Promise<void> } | undefined;

  constructor(options: AcceptedKeysOptions) {
    this.#options = options;
  }

  /**
   * Waits until a key is accepted everywhere, for two seconds at most since it was first asked for.
   *
   * @throws AppError DATABASE_UNAVAILABLE
   */
  async wait(keyId: string): Promise<void> {
    if (this.#last?.keyId !== keyId) {
      const accepted = this.#accepted(keyId);
      this.#last = { keyId, accepted };
      accepted.catch(() => (this.#last = undefined));
    }
    await this.#last?.accepted;
  }

  async #accepted(keyId: string): Promise<void> {
    const { database, verifiers } = this.#options;
    const deadline = performance.now() + WAIT_MS;
    while (performance.now() < deadline) {
      const knowledge = await verifiers.keyKnowledge(database.sql);
      if (!knowledge || knowledge.isKnown(keyId)) return;
      await delay(LOOK_EVERY_MS);
    }
  }
}
