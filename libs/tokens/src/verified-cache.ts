import type { Claims } from './claims.js';
import type { RevocableNames } from './revocable-names.js';
import type { VerificationKey } from './verification-key.js';

/** What is remembered of a verified access token. */
export interface VerifiedEntry {
  /** The whole text: an entry answers for this text and for no other. */
  readonly text: string;
  readonly claims: Claims;
  readonly names: RevocableNames;
  /** The key that verified it. */
  readonly key: VerificationKey;
  /** Up to which application of revocations none speaks of it. */
  clearUpTo: number;
}

/**
 * Characters that an entry is found by: the last ones of its signature, 70 bits that nobody can choose. Of 13 or more V8
 * would make a reference into the whole text, which is slower to hash and to compare.
 */
const TAIL_CHARS = 12;

/**
 * Verified access tokens in two generations: the young one takes every new or used entry, and when it holds half
 * the bound it becomes the old one and the former old one is dropped. Recently used entries survive, and eviction
 * costs nothing per call.
 *
 * Entries are found by the end of the signature and then compared as a whole: a received text is a fresh string whose
 * hash was never computed, and to hash all of it takes longer than to compare it.
 */
export class VerifiedCache {
  readonly #generationSize: number;
  #young = new Map<string, VerifiedEntry>();
  #old = new Map<string, VerifiedEntry>();

  /** @param maxEntries bound of both generations together; less than 2 remembers nothing */
  constructor(maxEntries: number) {
    this.#generationSize = Math.floor(maxEntries / 2);
  }

  /** Entries held, live or not. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  find(text: string): VerifiedEntry | undefined {
    const tail = tailOf(text);
    const young = this.#young.get(tail);
    if (young !== undefined) return young.text === text ? young : undefined;
    const old = this.#old.get(tail);
    if (old === undefined || old.text !== text) return undefined;
    this.#old.delete(tail);
    this.#insert(tail, old);
    return old;
  }

  add(entry: VerifiedEntry): void {
    if (this.#generationSize < 1) return;
    const tail = tailOf(entry.text);
    this.#old.delete(tail);
    this.#insert(tail, entry);
  }

  delete(entry: VerifiedEntry): void {
    const tail = tailOf(entry.text);
    if (this.#young.get(tail) === entry) this.#young.delete(tail);
    if (this.#old.get(tail) === entry) this.#old.delete(tail);
  }

  #insert(tail: string, entry: VerifiedEntry): void {
    if (this.#young.size >= this.#generationSize && !this.#young.has(tail)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(tail, entry);
  }
}

function tailOf(text: string): string {
  return text.slice(-TAIL_CHARS);
}
