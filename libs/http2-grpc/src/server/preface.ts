import { ConnectionError, ErrorCode } from '../frames/error-code.js';
import { PREFACE } from '../frames/frame.js';

/** What a client's side of a connection begins with (RFC 9113, section 3.4), octet by octet if need be. */
export class Preface {
  #length = 0;

  /** @returns what of a chunk comes behind it @throws ConnectionError for whoever speaks something else */
  strip(chunk: Buffer): Buffer {
    const missing = PREFACE.length - this.#length;
    if (missing === 0) return chunk;
    const part = Math.min(missing, chunk.length);
    if (PREFACE.compare(chunk, 0, part, this.#length, this.#length + part) !== 0)
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'no preface of HTTP/2');
    this.#length += part;
    return chunk.subarray(part);
  }
}
