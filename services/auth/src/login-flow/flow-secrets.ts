import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { LoginSecrets } from '../identity-provider/identity-provider.js';
import { deriveKey } from '../signing-key/sealing.js';

/** 256 bits in base64url. */
const FORM = /^[A-Za-z0-9_-]{43}$/;

/**
 * Makes what login flows are held by. What a provider's answer is checked against is computed from the `state` with a
 * key that the database does not hold: nothing is kept that could be used.
 */
export class FlowSecrets {
  readonly #key: Buffer;

  /** @param secret the same in every replica */
  constructor(secret: Uint8Array) {
    this.#key = deriveKey(secret, 'gatehouse login flow');
  }

  /** What belongs to a `state`. */
  of(state: string): LoginSecrets {
    return { state, nonce: this.#derive('nonce', state), codeVerifier: this.#derive('code verifier', state) };
  }

  #derive(purpose: string, state: string): string {
    return createHmac('sha256', this.#key).update(`${purpose}/${state}`).digest('base64url');
  }
}

/** A text that nobody guesses: a `state`, a ticket, or what a browser holds. */
export function newFlowText(): string {
  return randomBytes(32).toString('base64url');
}

/** What the database knows of such a text; undefined for one that nobody was given. */
export function flowHash(text: string): Buffer | undefined {
  return FORM.test(text) ? createHash('sha256').update(text).digest() : undefined;
}
