import { platformReasons } from '@gatehouse/errors';
import {
  AccessTokenVerifier,
  KeysUnavailable,
  TokenRejected,
  type Claims,
  type KeySource,
} from '@gatehouse/tokens';

/**
 * Reads back what this issuer has issued, for whatever audience, bound to a key or not. Says nothing of revocation, and
 * nothing of who shows it.
 */
export class IssuedTokens {
  readonly #verifiers: ReadonlyMap<string, AccessTokenVerifier>;

  /** @param audiences every audience that access tokens are issued for */
  constructor(issuer: string, audiences: readonly string[], keys: KeySource) {
    this.#verifiers = new Map(
      audiences.map((audience) => [
        audience,
        new AccessTokenVerifier({ issuer, audience, keys, cacheSize: 1_000 }),
      ]),
    );
  }

  /**
   * @param audiences those that count; all by default
   * @returns undefined for what is no access token of this issuer, is expired, or is for another audience
   * @throws AppError KEYS_UNAVAILABLE
   */
  async read(
    text: string,
    audiences: Iterable<string> = this.#verifiers.keys(),
  ): Promise<Claims | undefined> {
    for (const audience of audiences) {
      try {
        const claims = await this.#verifiers.get(audience)?.verify(text, 'any');
        if (claims) return claims;
      } catch (error) {
        if (error instanceof KeysUnavailable) {
          throw platformReasons.KEYS_UNAVAILABLE({ cause: error, retryAfterMs: 1_000 });
        }
        if (!(error instanceof TokenRejected)) throw error;
        if (error.reason !== 'AUDIENCE_MISMATCH') return undefined;
      }
    }
    return undefined;
  }
}
