import { entriesByName, type Entries } from '../grpc/entries.js';

/** A whole reply. */
export class Reply {
  readonly #entries: Entries;

  constructor(
    /** The message, as it came. */
    readonly message: Uint8Array,
    entries: Entries,
  ) {
    this.#entries = entries;
  }

  /** What came before it, by name: printable ASCII, or base64 where the name ends in `-bin`. Most callers never ask. */
  get metadata(): ReadonlyMap<string, readonly string[]> {
    return entriesByName(this.#entries);
  }
}
