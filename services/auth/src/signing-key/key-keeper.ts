import type { Database, Sql } from '@gatehouse/postgres';
import type { AuditEventStore, Origin } from '../audit/audit-event.store.js';
import { authReasons } from '../reasons.js';
import type { RevocationStore } from '../revocation/revocation.store.js';
import { nextSteps, type KeyAge, type KeyPolicy } from './key-life-cycle.js';
import { newSigningKey } from './new-signing-key.js';
import type { Sealing } from './sealing.js';
import type { SigningKeyStore } from './signing-key.store.js';

/** What a {@link KeyKeeper} works with. */
export interface KeyKeeperOptions {
  readonly database: Database;
  readonly store: SigningKeyStore;
  readonly revocations: RevocationStore;
  readonly audit: AuditEventStore;
  readonly sealing: Sealing;
  readonly policy: KeyPolicy;
}

/** Moves the signing keys through their lives. Any number of replicas may try at once; the database lets one. */
export class KeyKeeper {
  readonly #options: KeyKeeperOptions;

  constructor(options: KeyKeeperOptions) {
    this.#options = options;
  }

  /** The keys and how long each has been what it is, newest first. */
  list(): Promise<KeyAge[]> {
    return this.#options.store.ages(this.#options.database.sql);
  }

  /** Does what is due, the first keys included. @returns whether anything was */
  async advance(): Promise<boolean> {
    const { database, store, policy } = this.#options;
    // Without the lock first: mostly nothing is due.
    if (nextSteps(await store.ages(database.sql), policy).length === 0) return false;
    return database.transaction(async (tx) => {
      await store.lock(tx);
      return this.#take(tx);
    });
  }

  /**
   * Replaces the active key by its successor, now.
   *
   * @throws AppError KEY_TOO_YOUNG while verifiers may not know the successor yet
   */
  async rotate(origin: Origin): Promise<void> {
    const { database, store, audit, policy } = this.#options;
    await database.transaction(async (tx) => {
      await store.lock(tx);
      await this.#take(tx);
      const successor = (await store.ages(tx)).find(({ state }) => state === 'published');
      const wait = policy.publishAheadMs - (successor?.ageMs ?? 0);
      if (wait > 0) throw authReasons.KEY_TOO_YOUNG({ retryAfterMs: Math.ceil(wait) });
      await this.#take(tx, true);
      await audit.append(tx, { origin, target: successor?.kid, outcome: 'OK' });
    });
  }

  /**
   * Removes a key at once, whatever it is doing, and revokes what it signed. Its successor takes over.
   *
   * @throws AppError KEY_UNKNOWN
   */
  async revoke(kid: string, origin: Origin): Promise<void> {
    const { database, store, revocations, audit } = this.#options;
    await database.transaction(async (tx) => {
      await store.lock(tx);
      if (!(await store.remove(tx, kid))) throw authReasons.KEY_UNKNOWN();
      await revocations.append(tx, [{ kind: 'signing_key', key: kid }]);
      await this.#take(tx);
      await audit.append(tx, { origin, target: kid, outcome: 'OK' });
      await store.announce(tx);
    });
  }

  async #take(tx: Sql, replaceNow = false): Promise<boolean> {
    const { store, sealing, policy } = this.#options;
    const steps = nextSteps(await store.ages(tx), policy, replaceNow);
    for (const step of steps) {
      if (step.do === 'create') await store.insert(tx, newSigningKey(sealing), step.state);
      else if (step.do === 'activate') await store.activate(tx, step.kid);
      else await store.remove(tx, step.kid);
    }
    if (steps.length > 0) await store.announce(tx);
    return steps.length > 0;
  }
}
