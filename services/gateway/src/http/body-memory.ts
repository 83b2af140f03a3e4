/** The most that large bodies have of the memory, in bytes: a container has 256 MiB, and each is copied on its way. */
const MOST_BYTES = 8 * 1024 * 1024;

/** What no body is counted for, in bytes: whoever fills the memory keeps no small request out, such as a sign-in. */
const FREE_BYTES = 16 * 1024;

/**
 * The memory that bodies have until their requests are answered. A body on its way takes no place among the requests
 * in work, so that nothing else bounds how many there are: a thousand callers who stop before the last byte would have
 * a gigabyte.
 */
export class BodyMemory {
  #held = 0;

  constructor(private readonly mostBytes = MOST_BYTES) {}

  /** Begins to count one body. */
  open(): HeldBody {
    let size = 0;
    let held = 0;
    return {
      grow: (bytes) => {
        size += bytes;
        const more = Math.max(0, size - FREE_BYTES) - held;
        if (this.#held + more > this.mostBytes) return false;
        held += more;
        this.#held += more;
        return true;
      },
      release: () => {
        this.#held -= held;
        size = held = 0;
      },
    };
  }
}

/** What one body holds. */
export interface HeldBody {
  /** Whether there is room for this many bytes more; then they are held. */
  grow(bytes: number): boolean;
  /** Gives all of it back; what it is to hold after that is counted from nothing. */
  release(): void;
}
