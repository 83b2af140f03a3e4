import { AccessTokenVerifier, RemoteKeySet } from '@gatehouse/tokens';
import type { Profile } from './corpus.js';

/** A verifier as a service builds it, over a key source that can be changed, stopped and counted. */
export class VerifierUnderTest {
  readonly verifier: AccessTokenVerifier;
  readonly keys: RemoteKeySet;
  /** Fetches of the key set so far. */
  fetches = 0;
  /** What the source serves; undefined while it is down. */
  served: object | undefined;
  #elapsedMs = 0;

  /**
   * @param now seconds since the epoch, where the clock stands still
   * @param served the JWK Set that the source serves at first
   */
  constructor(profile: Profile, now: number, served: object | undefined) {
    this.served = served;
    this.keys = new RemoteKeySet({ fetch: () => this.#fetch(), monotonic: () => this.#elapsedMs });
    this.verifier = new AccessTokenVerifier({
      issuer: profile.issuer,
      audience: profile.audience,
      skewSeconds: profile.skewSeconds,
      maxTokenChars: profile.maxTokenChars,
      maxLifetimeSeconds: profile.maxLifetimeSeconds,
      keys: this.keys,
      clock: () => now * 1_000,
    });
  }

  /** Lets the key set age, without the clock that access tokens are judged by. */
  age(milliseconds: number): void {
    this.#elapsedMs += milliseconds;
  }

  async #fetch(): Promise<object> {
    this.fetches++;
    if (this.served === undefined) throw new Error('the source of the keys is down');
    return this.served;
  }
}
