/** Most proofs remembered unless told. */
const MAX_ENTRIES = 10_000;

/**
 * The proofs that this replica lately saw used up, so that whoever repeats one costs nobody else a call. In two
 * generations, as what is used up is forgotten oldest first; what is forgotten here is known at auth.
 */
export class RecentProofs {
  readonly #generationSize: number;
  #young = new Set<string>();
  #old = new Set<string>();

  /** @param maxEntries bound of both generations together, at least 2 */
  constructor(maxEntries = MAX_ENTRIES) {
    this.#generationSize = Math.floor(maxEntries / 2);
  }

  /** Proofs remembered. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  has(proofId: string): boolean {
    return this.#young.has(proofId) || this.#old.has(proofId);
  }

  add(proofId: string): void {
    if (this.#young.size >= this.#generationSize) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(proofId);
  }
}
