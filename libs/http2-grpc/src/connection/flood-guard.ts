import { ConnectionError, ErrorCode } from '../frames/error-code.js';
import { RateBudget } from './rate-budget.js';

/** Frames of no use that the other end may send: at once, and each second; and one more for each stream. */
const BURST = 1_000;
const PER_SECOND = 200;

/** How often the other end may open windows for each frame of DATA that was sent to it, and how often besides. */
const UPDATES_PER_FRAME = 4;
const UPDATES_BESIDES = 1_000;

/**
 * Ends a connection whose other end keeps this one busy with frames that get nobody anywhere (RFC 9113, section 10.5):
 * PINGs, SETTINGS, priorities, empty DATA, windows opened by an octet, frames on streams that are over.
 */
export class FloodGuard {
  readonly #budget = new RateBudget(BURST, PER_SECOND);
  #updates = 0;
  #pings = 0;

  /** A frame that was of no use. @throws ConnectionError ENHANCE_YOUR_CALM for too many */
  useless(): void {
    if (!this.#budget.spend(1, performance.now()))
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'too many frames of no use');
  }

  /** A window was opened. @throws ConnectionError ENHANCE_YOUR_CALM when hardly any had been used */
  windowUpdate(framesSent: number): void {
    if (++this.#updates > UPDATES_PER_FRAME * framesSent + UPDATES_BESIDES) this.useless();
  }

  /**
   * A PING has come. Clients that size their windows by how fast DATA comes send one with each round trip that brings
   * some: no more than there were frames. @throws ConnectionError ENHANCE_YOUR_CALM for too many
   */
  ping(framesSent: number): void {
    if (++this.#pings > framesSent) this.useless();
  }

  /** A stream has ended, which is what a connection is for. */
  streamEnded(): void {
    this.#budget.earn(1);
  }
}
