import { createHmac } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { emailKey } from '../account/email-key.js';
import { deriveKey } from '../signing-key/sealing.js';

/** 16-bit groups of an IPv6 address that name one customer's network; the rest is the customer's to choose. */
const NETWORK_GROUPS = 4;

/** Whom limits count, as their table knows them: it holds no email. */
export class LimitKeys {
  readonly #secret: Buffer;

  constructor(secret: Uint8Array) {
    this.#secret = deriveKey(secret, 'gatehouse limit keys');
  }

  /** An account, whether it exists or not. */
  ofAccount(email: string): string {
    return this.#hash(emailKey(email));
  }

  /** An account at one address. */
  ofPair(email: string, address: string): string {
    return this.#hash(`${emailKey(email)}\n${networkOf(address)}`);
  }

  #hash(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('base64url');
  }
}

/** What counts as one address: of IPv6 a /64, which is the least that anyone is given. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [front = '', back] = address.split('::');
  const groups = front === '' ? [] : front.split(':');
  if (back !== undefined) {
    const behind = back === '' ? [] : back.split(':');
    groups.push(...Array<string>(8 - groups.length - behind.length).fill('0'), ...behind);
  }
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`;
}
