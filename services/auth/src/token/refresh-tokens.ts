import { createHash, createHmac, randomBytes } from 'node:crypto';
import { deriveKey } from '../signing-key/sealing.js';

/** A refresh token: the text that the client holds and what the database knows of it. */
export interface RefreshToken {
  /** 43 characters of base64url: 256 bits. */
  readonly text: string;
  /** SHA-256 of the text. A hash without salt is enough for 256 random bits. */
  readonly hash: Buffer;
}

/**
 * Makes refresh tokens. The successor of one is computed from it, with a key that the database does not hold:
 * whoever repeats a request whose answer was lost gets the same successor again, although only its hash is kept.
 */
export class RefreshTokens {
  readonly #key: Buffer;

  /** @param secret the same in every replica */
  constructor(secret: Uint8Array) {
    this.#key = deriveKey(secret, 'gatehouse refresh token successor');
  }

  /** The first of a family. */
  first(): RefreshToken {
    return read(randomBytes(32).toString('base64url'));
  }

  successorOf({ text }: RefreshToken): RefreshToken {
    return read(createHmac('sha256', this.#key).update(text).digest('base64url'));
  }

  /** One that a client presents. */
  presented(text: string): RefreshToken {
    return read(text);
  }
}

function read(text: string): RefreshToken {
  return { text, hash: createHash('sha256').update(text).digest() };
}
