import type { MethodRule } from '@gatehouse/access';
import { platformReasons } from '@gatehouse/errors';
import { KeysUnavailable, TokenRejected, type AccessTokenVerifier, type Claims } from '@gatehouse/tokens';
import { bearerOf } from './bearer.js';

/**
 * Decides by the rule of a method whether a caller may go on to its service. The service decides again by itself:
 * this is to refuse early and to know whom the log speaks of.
 */
export class Admission {
  readonly #verifier: AccessTokenVerifier;

  constructor(verifier: AccessTokenVerifier) {
    this.#verifier = verifier;
  }

  /**
   * Who calls?
   *
   * @returns undefined for a public method, where no credential is read
   * @throws AppError UNAUTHENTICATED with one text for every cause, or KEYS_UNAVAILABLE
   */
  async identify(rule: MethodRule, authorization: string | undefined): Promise<Claims | undefined> {
    if (rule.access === 'public') return undefined;
    const accessToken = bearerOf(authorization);
    if (accessToken === undefined)
      throw platformReasons.UNAUTHENTICATED({ logReason: 'ACCESS_TOKEN_MISSING' });
    try {
      return this.#verifier.peek(accessToken) ?? (await this.#verifier.verify(accessToken));
    } catch (error) {
      throw refusal(error);
    }
  }

  /**
   * May it call this method?
   *
   * @throws AppError CALLER_NOT_ADMITTED or PERMISSION_MISSING; UNAUTHENTICATED without claims
   */
  authorize(rule: MethodRule, claims: Claims | undefined): void {
    if (rule.access === 'public') return;
    if (!claims) throw platformReasons.UNAUTHENTICATED();
    if (!rule.callers.has(claims.isService ? 'service' : 'user')) throw platformReasons.CALLER_NOT_ADMITTED();
    if (rule.permission !== undefined && !claims.scope.has(rule.permission)) {
      throw platformReasons.PERMISSION_MISSING({ metadata: { permission: rule.permission } });
    }
  }
}

function refusal(cause: unknown): unknown {
  if (cause instanceof KeysUnavailable)
    return platformReasons.KEYS_UNAVAILABLE({ cause, retryAfterMs: 1_000 });
  if (cause instanceof TokenRejected) return platformReasons.UNAUTHENTICATED({ logReason: cause.reason });
  return cause;
}
