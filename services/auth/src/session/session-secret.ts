import { createHash, randomBytes } from 'node:crypto';

/** The secret of a session: the text that the browser holds and what the database knows of it. */
export interface SessionSecret {
  /** 43 characters of base64url: 256 bits. */
  readonly text: string;
  /** SHA-256 of the text. A hash without salt is enough for 256 random bits. */
  readonly hash: Buffer;
}

/** 256 bits in base64url: the last character holds four of them, so that each secret has one form. */
const FORM = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** One for a new session. */
export function newSessionSecret(): SessionSecret {
  return hashed(randomBytes(32).toString('base64url'));
}

/** One that somebody presents; undefined when no session can have it. */
export function readSessionSecret(text: string): SessionSecret | undefined {
  return FORM.test(text) ? hashed(text) : undefined;
}

function hashed(text: string): SessionSecret {
  return { text, hash: createHash('sha256').update(text).digest() };
}
