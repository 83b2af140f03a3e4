import type { IncomingMessage, ServerResponse } from 'node:http';
import { LiveSet } from '@gatehouse/live-set';

/** The most that answers have of the memory whose callers do not read them, in bytes. */
const MOST_BYTES = 32 * 1024 * 1024;

/** What an answer that is cut says of it in the log. */
const UNREAD = 'ANSWER_UNREAD';

/** An answer as far as it matters here. */
export interface Answer {
  readonly request: Pick<IncomingMessage, 'socket'>;
  readonly response: ServerResponse;
  /** Why it was cut, for the log. */
  reason: string | undefined;
}

interface Unread {
  readonly answer: Answer;
  release(): void;
}

/**
 * The memory that answers have until their callers read them. Whoever reads nothing is let go after a minute, and takes no
 * place among the requests in work until then, so that nothing else bounds how many there are: a hundred callers of large
 * lists would have a gigabyte. Above the bound those are let go who have read nothing for longest, so that whoever does
 * read is answered.
 */
export class UnreadAnswers {
  readonly #unread = new LiveSet<Unread>();
  #bytes = 0;

  /**
   * Counts what was written of an answer and is here still.
   *
   * @returns what counts it no more, to be called once it is read or the connection has ended; undefined where all has left
   */
  hold(answer: Answer): (() => void) | undefined {
    const { destroyed, writableLength: bytes } = answer.response;
    // Whose caller is gone waits for nobody.
    if (destroyed || bytes === 0) return undefined;
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      this.#bytes -= bytes;
      member.leave();
    };
    const member = this.#unread.add({ answer, release });
    this.#bytes += bytes;
    this.#cut();
    return release;
  }

  #cut(): void {
    // The last one has just been written, and may be read.
    while (this.#bytes > MOST_BYTES && this.#unread.size > 1) {
      const { answer, release } = this.#unread.first as Unread;
      release();
      answer.reason = UNREAD;
      // The answer itself may wait for an earlier one, and would stay.
      answer.request.socket.destroy();
    }
  }
}
