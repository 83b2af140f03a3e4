import { InvalidKeySet } from './invalid-key-set.js';
import type { KeySource } from './key-source.js';
import { isJsonObject } from './strict-json.js';
import { admitKey, toPublicJwk } from './verification-key.js';
import type { PublicJwk, VerificationKey } from './verification-key.js';

/** A JWK Set (RFC 7517 section 5) of public signing keys: what the auth service serves. */
export interface JwkSet {
  readonly keys: readonly PublicJwk[];
}

/** An unchanging set of admitted keys. */
export class KeySet implements KeySource {
  readonly #keys: ReadonlyMap<string, VerificationKey>;

  private constructor(keys: ReadonlyMap<string, VerificationKey>) {
    this.#keys = keys;
  }

  /**
   * Admits a JWK Set as a whole: one key that is secret, malformed or ambiguous refuses them all, because such a
   * set did not come from a healthy signer. Keys of another purpose are left out.
   *
   * @param value a parsed JWK Set; nothing about it is trusted
   * @param previous the set this one replaces: unchanged keys keep their object, and with it whatever was cached
   *   under it
   * @throws InvalidKeySet
   */
  static from(value: unknown, previous?: KeySet): KeySet {
    const members = isJsonObject(value) ? value['keys'] : undefined;
    if (!Array.isArray(members)) throw new InvalidKeySet('a key set must have an array of keys');
    const keyIds = new Set<unknown>();
    const keys = new Map<string, VerificationKey>();
    for (const member of members as unknown[]) {
      if (!isJsonObject(member)) throw new InvalidKeySet('a key must be an object');
      const keyId = member['kid'];
      // Also among keys of other purposes: an ID must never depend on who reads the set.
      if (keyId !== undefined && keyIds.has(keyId)) throw new InvalidKeySet('a key ID must be unique');
      keyIds.add(keyId);
      const key = admitKey(member);
      if (key !== undefined) keys.set(key.keyId, unchanged(previous?.find(key.keyId), key));
    }
    return new KeySet(keys);
  }

  /** The admitted key IDs. */
  get keyIds(): readonly string[] {
    return [...this.#keys.keys()];
  }

  /** The set as it could be admitted again. */
  toJwkSet(): JwkSet {
    return { keys: Array.from(this.#keys.values(), toPublicJwk) };
  }

  find(keyId: string): VerificationKey | undefined {
    return this.#keys.get(keyId);
  }

  async lookUp(keyId: string): Promise<VerificationKey | undefined> {
    return this.find(keyId);
  }
}

function unchanged(before: VerificationKey | undefined, now: VerificationKey): VerificationKey {
  const same = before?.thumbprint === now.thumbprint && before.notBefore === now.notBefore;
  return same ? before : now;
}
