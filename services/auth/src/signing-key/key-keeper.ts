import type { Database, Sql } from '@gatehouse/postgres';
import type { AuditEventStore, Origin } from '../audit/audit-event.store.js';
import { authReasons } from '../reasons.js';
import type { RevocationStore } from '../revocation/revocation.store.js';
import type { VerifierStore } from '../revocation/verifier.store.js';
import { nextSteps, type KeyAge, type KeyPolicy, type KeyWishes } from './key-life-cycle.js';
import { newSigningKey } from './new-signing-key.js';
import type { Sealing } from './sealing.js';
import type { SigningKeyStore } from './signing-key.store.js';

/** What a {@link KeyKeeper} works with. */
export interface KeyKeeperOptions {
  readonly database: Database;
  readonly store: SigningKeyStore;
  readonly revocations: RevocationStore;
  readonly verifiers: VerifierStore;
  readonly audit: AuditEventStore;
  readonly sealing: Sealing;
  readonly policy: KeyPolicy;
}

/** How long verifiers usually take to say that they accept a key, in milliseconds. */
const ACKNOWLEDGEMENT_MS = 200;

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
    const { database, store, verifiers, policy } = this.#options;
    // Without the lock first: mostly nothing is due.
    const [keys, knowledge] = await Promise.all([
      store.ages(database.sql),
      verifiers.keyKnowledge(database.sql),
    ]);
    if (nextSteps(keys, policy, { knowledge }).length === 0) return false;
    return database.transaction(async (tx) => {
      await store.lock(tx);
      return this.#take(tx, { knowledge: await verifiers.keyKnowledge(tx) });
    });
  }

  /**
   * Replaces the active key by its successor, now. A successor that verifiers do not accept yet is opened to them,
   * and takes over when this is called again.
   *
   * @throws AppError KEY_TOO_YOUNG while a live verifier has not said that it accepts the successor, or, with no
   *   live verifier, while those that fetch the key set may not have it yet
   */
  async rotate(origin: Origin): Promise<void> {
    const { database, store, verifiers, audit, policy } = this.#options;
    // Decided, not thrown: that the successor was opened has to be committed.
    const waitMs = await database.transaction(async (tx) => {
      await store.lock(tx);
      const knowledge = await verifiers.keyKnowledge(tx);
      await this.#take(tx, { knowledge });
      const before = await store.ages(tx);
      await this.#take(tx, { knowledge, replaceNow: true });
      const successor = before.find(({ state }) => state === 'published');
      const after = await store.ages(tx);
      if (successor && after.some(({ kid, state }) => kid === successor.kid && state === 'active')) {
        await audit.append(tx, { origin, target: successor.kid, outcome: 'OK' });
        return 0;
      }
      return knowledge ? ACKNOWLEDGEMENT_MS : policy.publishAheadMs - (successor?.ageMs ?? 0);
    });
    if (waitMs > 0) throw authReasons.KEY_TOO_YOUNG({ retryAfterMs: Math.ceil(waitMs) });
  }

  /**
   * Removes a key at once, whatever it is doing, and revokes what it signed. Its successor takes over. One that is gone
   * already is revoked all the same: whoever lost the answer may ask again.
   *
   * @throws AppError KEY_UNKNOWN for a key that never was
   */
  async revoke(kid: string, origin: Origin): Promise<void> {
    await this.#options.database.transaction((tx) => this.revokeIn(tx, kid, { origin }));
  }

  /**
   * {@link revoke} in a transaction of the caller's.
   *
   * @param how.awaited whether somebody will wait until it is enforced
   * @returns the numbers of the revocations
   * @throws AppError KEY_UNKNOWN for a key that never was
   */
  async revokeIn(tx: Sql, kid: string, how: { origin: Origin; awaited?: boolean }): Promise<bigint[]> {
    const { store, revocations, audit } = this.#options;
    await store.lock(tx);
    if (!(await store.remove(tx, kid))) throw authReasons.KEY_UNKNOWN();
    const seqs = await revocations.append(tx, [{ kind: 'signing_key', key: kid }], how.awaited);
    await this.#take(tx);
    await audit.append(tx, { origin: how.origin, target: kid, outcome: 'OK' });
    await store.announce(tx);
    return seqs;
  }

  /** Replaces every key by new ones, in a transaction of the caller's: what the old ones sign is refused. */
  async replaceAll(tx: Sql): Promise<void> {
    const { store, revocations } = this.#options;
    await store.lock(tx);
    const keys = await store.ages(tx);
    for (const { kid } of keys) await store.remove(tx, kid);
    await revocations.append(
      tx,
      keys.map(({ kid }) => ({ kind: 'signing_key', key: kid })),
    );
    await this.#take(tx);
    await store.announce(tx);
  }

  async #take(tx: Sql, wishes: KeyWishes = {}): Promise<boolean> {
    const { store, sealing, policy } = this.#options;
    const steps = nextSteps(await store.ages(tx), policy, wishes);
    for (const step of steps) {
      if (step.do === 'create') await store.insert(tx, newSigningKey(sealing), step.state);
      else if (step.do === 'open') await store.open(tx, step.kid);
      else if (step.do === 'activate') await store.activate(tx, step.kid);
      else await store.remove(tx, step.kid);
    }
    if (steps.length > 0) await store.announce(tx);
    return steps.length > 0;
  }
}
