import { ConnectionError, ErrorCode } from '../frames/error-code.js';

/** Frames that one block may come in: eight are enough for all that is read, in frames of the size that everyone takes. */
const MAX_FRAMES = 16;

/**
 * A header block that comes in several frames (RFC 9113, section 6.10). One that goes on and on is the cheapest of all
 * floods: nothing may come between its frames, and until its end nothing of it is a request that could be refused.
 */
export class HeaderBlock {
  readonly #fragments: Buffer[] = [];
  #octets = 0;

  constructor(
    readonly streamId: number,
    /** Whether nothing comes after it on the stream. */
    readonly isEnd: boolean,
    private readonly maxOctets: number,
  ) {}

  /** @throws ConnectionError ENHANCE_YOUR_CALM when it does not come to an end */
  add(bytes: Buffer, start: number, end: number): void {
    this.#octets += end - start;
    if (this.#octets > this.maxOctets || this.#fragments.length === MAX_FRAMES)
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'a header block without end');
    this.#fragments.push(Buffer.from(bytes.subarray(start, end)));
  }

  /** All of it. */
  whole(): Buffer {
    return Buffer.concat(this.#fragments);
  }
}
