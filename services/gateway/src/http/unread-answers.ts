import { LiveSet } from '@gatehouse/live-set';

/** The most that answers have of the memory whose callers do not read them, in bytes. */
const MOST_BYTES = 32 * 1024 * 1024;

interface Unread {
  cut(): void;
  release(): void;
}

/**
 * The memory that answers have until their callers read them. Whoever reads nothing is let go after a minute at the latest,
 * and takes no place among the requests in work until then, so that nothing else bounds how many there are: a hundred
 * callers of large lists would have a gigabyte. Above the bound those are let go who have read nothing for longest, so that
 * whoever does read is answered.
 */
export class UnreadAnswers {
  readonly #unread = new LiveSet<Unread>();
  #bytes = 0;

  /**
   * Counts what was written of an answer and is here still.
   *
   * @param bytes how much that is
   * @param cut ends the answer, with all that is left of it
   * @returns what counts it no more, to be called once it is read or has ended; may be called again
   */
  hold(bytes: number, cut: () => void): () => void {
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      this.#bytes -= bytes;
      member.leave();
    };
    const member = this.#unread.add({ cut, release });
    this.#bytes += bytes;
    this.#cutOldest();
    return release;
  }

  #cutOldest(): void {
    // The last one has just been written, and may be read.
    while (this.#bytes > MOST_BYTES && this.#unread.size > 1) {
      const { cut, release } = this.#unread.first as Unread;
      release();
      cut();
    }
  }
}
