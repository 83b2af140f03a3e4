import type { Call } from './call.js';

/** Messages that may be on their way to the connection at once. */
const WINDOW = 16;

/** How far a handler that answers with a stream is ahead of its caller. */
export class StreamPace {
  #sent = 0;
  #wake: (() => void) | undefined;

  /** @param signal aborts when nobody waits for the answer any more */
  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  /** Called by the server for each message that the connection takes. */
  messageSent(): void {
    this.#sent++;
    this.#wake?.();
  }

  /** Resolves once no more than the window is under way of `handedOver` messages, or when the signal aborts. */
  async room(handedOver: number): Promise<void> {
    while (handedOver - this.#sent >= WINDOW && !this.signal.aborted) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/**
 * The same messages, taken from the handler no faster than the caller reads them: Nest itself would take all there
 * are and keep them in memory. Ends when nobody waits for the answer any more.
 */
export async function* paced<T>(messages: AsyncIterable<T>, call: Call): AsyncGenerator<T> {
  const pace = (call.pace = new StreamPace(call.signal));
  let handedOver = 0;
  for await (const message of messages) {
    yield message;
    await pace.room(++handedOver);
    if (call.signal.aborted) return;
  }
}
