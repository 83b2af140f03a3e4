import { createHash, createHmac } from 'node:crypto';
import { deriveKey } from '../signing-key/sealing.js';

/** What a code is good for; it is good for nothing else. */
export type CodePurpose = 'password_reset' | 'email_verification';

/** How long a code is good, counted from when its mail was asked for, in seconds. */
export const CODE_SECONDS: Readonly<Record<CodePurpose, number>> = {
  password_reset: 30 * 60,
  email_verification: 24 * 60 * 60,
};

/** A code: the text that a mail shows and what the database knows of it. */
export interface OneTimeCode {
  /** 43 characters of base64url: 256 bits. */
  readonly text: string;
  /** SHA-256 of the text. A hash without salt is enough for 256 bits that nobody can guess. */
  readonly hash: Buffer;
}

/**
 * Makes one-time codes. The code of a mail is computed from the mail's random ID with a key that the database
 * does not hold. So a mail that waits to be sent has no code in it, sealed or plain, and one that is sent twice,
 * as its first attempt ended without an answer, shows the same code twice.
 */
export class OneTimeCodes {
  readonly #key: Buffer;

  /** @param secret the same in every replica */
  constructor(secret: Uint8Array) {
    this.#key = deriveKey(secret, 'gatehouse one-time code');
  }

  ofMail(purpose: CodePurpose, mailId: string): OneTimeCode {
    return read(createHmac('sha256', this.#key).update(`${purpose}/${mailId}`).digest('base64url'));
  }

  /** One that somebody presents. */
  presented(text: string): OneTimeCode {
    return read(text);
  }
}

function read(text: string): OneTimeCode {
  return { text, hash: createHash('sha256').update(text).digest() };
}
