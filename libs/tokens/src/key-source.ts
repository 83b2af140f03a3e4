import type { VerificationKey } from './verification-key.js';

/** Where a verifier gets its keys: the one configured source, asked by key ID and nothing else. */
export interface KeySource {
  /** The key known under this ID right now. Must not wait; called for every access token. */
  find(keyId: string): VerificationKey | undefined;
  /**
   * Called when `find` knows no usable key: may ask the source again, within its own limits.
   *
   * @returns undefined when the key is still unknown
   * @throws KeysUnavailable when no key set was ever obtained
   */
  lookUp(keyId: string): Promise<VerificationKey | undefined>;
}
