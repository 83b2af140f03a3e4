import { setTimeout as delay } from 'node:timers/promises';
import { KeysUnavailable, type KeySource, type VerificationKey } from '@gatehouse/tokens';

/** How long a call waits for a verifier that has just started, in milliseconds. */
const WAIT_MS = 1_000;

/** From one look to the next, in milliseconds. */
const LOOK_EVERY_MS = 20;

/**
 * The keys of a verifier that knows nobody before it knows what is revoked: a replica that has just started may be
 * called before it is ready, and would accept what was ended long ago.
 */
export class KnownKeys implements KeySource {
  /** @param isKnown whether what is revoked has been known once */
  constructor(
    private readonly keys: KeySource,
    private readonly isKnown: () => boolean,
  ) {}

  find(keyId: string): VerificationKey | undefined {
    return this.isKnown() ? this.keys.find(keyId) : undefined;
  }

  /** @throws KeysUnavailable also when what is revoked does not become known within a second */
  async lookUp(keyId: string): Promise<VerificationKey | undefined> {
    const deadline = performance.now() + WAIT_MS;
    while (!this.isKnown()) {
      if (performance.now() > deadline)
        throw new KeysUnavailable(new Error('nothing is known of revocations yet'));
      await delay(LOOK_EVERY_MS);
    }
    return this.keys.find(keyId) ?? this.keys.lookUp(keyId);
  }
}
