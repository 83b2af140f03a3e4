import type { Database } from '@gatehouse/postgres';
import type { Logger } from '@gatehouse/telemetry';
import type { Acknowledgement, SeenVerifier, VerifierStore } from './verifier.store.js';

/** How often the verifiers of a replica are written, in milliseconds. */
const EVERY_MS = 1_000;

/** How long news that somebody waits for may gather, in milliseconds. */
const SOON_MS = 10;

/** What a {@link VerifierRegistry} works with. */
export interface VerifierRegistryOptions {
  readonly database: Database;
  readonly store: VerifierStore;
  /** This replica's ID. */
  readonly replica: string;
  /** The verifiers that this replica knows of at this moment. */
  readonly verifiers: () => readonly SeenVerifier[];
  readonly log: Logger;
}

/** Writes for all replicas which verifiers follow this one and what they enforce: once a second, or when it matters. */
export class VerifierRegistry {
  readonly #options: VerifierRegistryOptions;
  #acknowledgements: Acknowledgement[] = [];
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #failing = false;
  #stopped = false;

  constructor(options: VerifierRegistryOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.write(), EVERY_MS).unref();
  }

  /** Writes for the last time what is known. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    await this.#writing;
  }

  /** A verifier enforces revocations that somebody waits for. */
  acknowledge(acknowledgements: readonly Acknowledgement[]): void {
    if (acknowledgements.length === 0) return;
    this.#acknowledgements.push(...acknowledgements);
    this.writeSoon();
  }

  /** Has what changed written without waiting for the next round. */
  writeSoon(): void {
    if (this.#stopped) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      void this.write();
    }, SOON_MS).unref();
  }

  /** Writes what is known now. Never rejects: the next round says it again. */
  async write(): Promise<void> {
    // One that is under way may have begun too early.
    await this.#writing;
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { database, store, replica, verifiers, log } = this.#options;
    const acknowledgements = this.#acknowledgements;
    this.#acknowledgements = [];
    // A verifier that has come back may still have its last stream open: what it said last counts.
    const seen = new Map<string, SeenVerifier>();
    for (const verifier of verifiers()) {
      const other = seen.get(verifier.id);
      if (!other || other.pingAgeMs > verifier.pingAgeMs) seen.set(verifier.id, verifier);
    }
    try {
      await Promise.all([
        store.record(database.sql, replica, [...seen.values()]),
        acknowledgements.length > 0 && store.acknowledge(database.sql, acknowledgements),
      ]);
      this.#failing = false;
    } catch (error) {
      this.#acknowledgements.unshift(...acknowledgements);
      if (!this.#failing) log.warn({ error }, 'the verifiers cannot be recorded');
      this.#failing = true;
    }
  }
}
