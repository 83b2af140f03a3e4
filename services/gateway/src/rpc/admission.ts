import type { MethodRule } from '@gatehouse/access';
import { platformReasons, type AppError } from '@gatehouse/errors';
import { GuardDecisions, ruleRefusal } from '@gatehouse/guard';
import {
  KeysUnavailable,
  TokenRejected,
  type AccessTokenVerifier,
  type Binding,
  type Claims,
} from '@gatehouse/tokens';
import type { BoundTokens } from '../credential/bound-tokens.js';
import type { ExchangedTokens } from '../credential/exchanged-tokens.js';
import type { PresentedCredential } from '../credential/presented-credential.js';
import type { ExchangeableCredential } from '../credential/token-exchange.js';
import { callMetadata } from './call-metadata.js';
import type { CallOrigin } from './call-origin.js';

/** A verified caller. */
export interface Caller {
  readonly claims: Claims;
  /** What goes on to the service, whole: the scheme and the access token. */
  readonly authorization: string;
  /** Where the access token was exchanged for the credential; undefined where the caller brought it. */
  readonly exchanged?: {
    /** Drops the access token: the next request exchanges anew. */
    forget(): void;
    /** Drops it and exchanges anew. @throws what `identify` throws */
    renew(): Promise<Caller>;
  };
}

/**
 * Makes an access token of every credential, and decides by the rule of a method whether its caller may go on to the
 * service. The service decides again by itself: this is to refuse early and to know whom the log speaks of.
 */
export class Admission {
  readonly #decisions = new GuardDecisions();

  constructor(
    private readonly verifier: AccessTokenVerifier,
    private readonly tokens: ExchangedTokens,
    private readonly bound: Pick<BoundTokens, 'unbind'>,
  ) {}

  /**
   * The caller with an access token that was verified before and still is good, without waiting; undefined where
   * {@link identify} has to decide.
   */
  recognise(rule: MethodRule, credential: PresentedCredential | undefined): Caller | undefined {
    if (rule.access === 'public' || credential?.form !== 'bearer') return undefined;
    const { secret } = credential;
    try {
      const claims = this.verifier.peek(secret);
      return claims && { claims, authorization: credential.header ?? bearer(secret) };
    } catch {
      // It is revoked, which is for the other to say.
      return undefined;
    }
  }

  /**
   * Who calls?
   *
   * @returns undefined for a public method
   * @throws AppError UNAUTHENTICATED and PROOF_INVALID, each with one text for every cause; KEYS_UNAVAILABLE,
   *   PROOFS_UNKNOWN, or what auth says when it cannot exchange
   */
  async identify(
    rule: MethodRule,
    credential: PresentedCredential | undefined,
    origin: CallOrigin,
  ): Promise<Caller | undefined> {
    try {
      return await this.#identify(rule, credential, origin);
    } catch (error) {
      this.#decisions.refused(error);
      throw error;
    }
  }

  /**
   * May it call this method?
   *
   * @throws AppError CALLER_NOT_ADMITTED, PERMISSION_MISSING, CREDENTIAL_NOT_ADMITTED or SIGN_IN_TOO_OLD;
   *   UNAUTHENTICATED without claims
   */
  authorize(rule: MethodRule, claims: Claims | undefined): void {
    void this.#decisions.count(() => {
      if (rule.access === 'public') return;
      if (!claims) throw platformReasons.UNAUTHENTICATED();
      const error = ruleRefusal(claims, claims.isService ? 'client' : 'user', rule, Date.now() / 1_000);
      if (error) throw error;
    });
  }

  async #identify(
    rule: MethodRule,
    credential: PresentedCredential | undefined,
    origin: CallOrigin,
  ): Promise<Caller | undefined> {
    if (rule.access === 'public') return undefined;
    if (credential === undefined) throw refused('CREDENTIAL_MISSING');
    const { form, secret } = credential;
    if (form === 'session' || form === 'api_key') return this.#exchanged({ form, secret }, origin, true);
    if (secret === '') throw refused('ACCESS_TOKEN_MISSING');
    if (form === 'dpop') return this.#proven(secret, origin);
    try {
      return { claims: await this.#verify(secret), authorization: bearer(secret) };
    } catch (error) {
      throw refusal(error);
    }
  }

  async #verify(accessToken: string, binding: Binding = 'none'): Promise<Claims> {
    return this.verifier.peek(accessToken, binding) ?? (await this.verifier.verify(accessToken, binding));
  }

  /** Who brings an access token that is bound to a key proves with each request to have that. */
  async #proven(accessToken: string, { request, rawPath }: CallOrigin): Promise<Caller> {
    const claims = await this.#verify(accessToken, 'key').catch((error: unknown) => {
      throw refusal(error);
    });
    const { dpop } = request.headers;
    const unbound = await this.bound.unbind({
      accessToken,
      boundTo: claims.boundTo ?? '',
      proof: typeof dpop === 'string' ? dpop : undefined,
      method: request.method ?? '',
      path: rawPath,
    });
    return { claims, authorization: bearer(unbound) };
  }

  /**
   * @param again whether an access token that the verifier refuses, because it was revoked or its key was, is
   *   replaced; a new one that is refused as well ends it
   */
  async #exchanged(credential: ExchangeableCredential, origin: CallOrigin, again: boolean): Promise<Caller> {
    const { clientAddress } = origin;
    const metadata = () => callMetadata(origin, undefined, []);
    const held = await this.tokens.hold(credential, { clientAddress, metadata });
    const forget = () => this.tokens.forget(held);
    const renew = () => {
      forget();
      return this.#exchanged(credential, origin, false);
    };
    const { accessToken } = held;
    try {
      const claims = await this.#verify(accessToken);
      return { claims, authorization: bearer(accessToken), exchanged: { forget, renew } };
    } catch (error) {
      if (!(error instanceof TokenRejected)) throw refusal(error);
      if (again) return renew();
      forget();
      throw refusal(error);
    }
  }
}

function bearer(accessToken: string): string {
  return `Bearer ${accessToken}`;
}

function refusal(cause: unknown): unknown {
  if (cause instanceof KeysUnavailable)
    return platformReasons.KEYS_UNAVAILABLE({ cause, retryAfterMs: 1_000 });
  if (cause instanceof TokenRejected) return refused(cause.reason);
  return cause;
}

function refused(logReason: string): AppError {
  return platformReasons.UNAUTHENTICATED({ logReason });
}
