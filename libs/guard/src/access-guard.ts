import type { Metadata } from '@grpc/grpc-js';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { platformReasons, type AppError } from '@gatehouse/errors';
import { callOf, isBoundByToken, type Call } from '@gatehouse/grpc';
import { KeysUnavailable, revocableNames, TokenRejected, type Claims } from '@gatehouse/tokens';
import { ACCESS_TOKEN_STRATEGY, type StrategyRequest } from './access-token-strategy.js';
import { AccessTokens } from './access-tokens.js';
import { GuardDecisions } from './guard-decisions.js';
import { OpenStreams } from './open-streams.js';
import { presentedToken, type PresentedToken } from './presented-token.js';
import type { ProofCheck } from './proof/proof-check.js';
import { ruleRefusal } from './rule-refusal.js';

/** Hears of a principal that is known and may not: for the audit trail. */
export type OnRefusal = (call: Call, error: AppError) => void;

/**
 * Decides every call of a service by the rule of its method: who is it, and
 * may it? An access token seen before is answered from memory, without
 * waiting; a new one goes through Passport.
 */
@Injectable()
export class AccessGuard extends AuthGuard(ACCESS_TOKEN_STRATEGY) implements CanActivate {
  readonly #streams: OpenStreams;
  readonly #decisions = new GuardDecisions();

  constructor(
    private readonly tokens: AccessTokens,
    private readonly proofs: ProofCheck,
    private readonly onRefusal?: OnRefusal,
  ) {
    super();
    this.#streams = new OpenStreams(tokens.knowledge, () => tokens.now(), tokens.skewMs);
  }

  /**
   * @throws AppError UNAUTHENTICATED, PROOF_INVALID, CALLER_NOT_ADMITTED, PERMISSION_MISSING, CREDENTIAL_NOT_ADMITTED,
   *   SIGN_IN_TOO_OLD, KEYS_UNAVAILABLE, PROOFS_UNKNOWN or REVOCATIONS_UNKNOWN
   */
  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return this.#decisions.count(() => this.#decide(context));
  }

  #decide(context: ExecutionContext): boolean | Promise<boolean> {
    const call = callIn(context);
    if (call.method.rule.access === 'public') return true;
    const presented = presentedToken(call.metadata);
    if (presented === undefined) throw unauthenticated('ACCESS_TOKEN_MISSING');
    const principal = this.#peek(presented);
    if (principal === undefined) return super.canActivate(context) as Promise<boolean>;
    return this.#prove(principal, call, presented.accessToken) ?? true;
  }

  /** What Passport sees instead of an HTTP request. */
  override getRequest(context: ExecutionContext): StrategyRequest {
    return presentedToken(callIn(context).metadata) ?? { accessToken: '', binding: 'none' };
  }

  getResponse(): object {
    return {};
  }

  /** Called by Passport with its verdict; may answer later. */
  override handleRequest(
    error: unknown,
    principal: Claims | false,
    info: unknown,
    context: ExecutionContext,
  ): any {
    if (error || !principal) throw refusal(error ?? info);
    const { accessToken } = this.getRequest(context);
    const admitted = this.#prove(principal, callIn(context), accessToken);
    return admitted ? admitted.then(() => principal) : principal;
  }

  #peek({ accessToken, binding }: PresentedToken): Claims | undefined {
    try {
      return this.tokens.peek(accessToken, binding);
    } catch (error) {
      throw refusal(error);
    }
  }

  /** What is bound to a key admits nobody who does not prove to have it. @returns a promise only when it has to be waited */
  #prove(principal: Claims, call: Call, accessToken: string): Promise<true> | undefined {
    const { boundTo } = principal;
    if (boundTo === undefined) return this.#admit(principal, call, accessToken);
    return this.proofs.check(call, accessToken, boundTo).then(() => {
      // Auth was asked meanwhile, and a stream is watched from its admission on.
      if (this.tokens.knowledge.revocations.isRevoked(revocableNames(principal)))
        throw unauthenticated('REVOKED');
      return this.#admit(principal, call, accessToken) ?? true;
    });
  }

  /** @returns a promise only when the issuer has to be asked */
  #admit(principal: Claims, call: Call, accessToken: string): Promise<true> | undefined {
    const { rule } = call.method;
    if (rule.access === 'public') return undefined;
    call.admit(principal);
    const error = ruleRefusal(principal, this.tokens.kindOf(principal), rule, this.tokens.now() / 1_000);
    if (error !== undefined) {
      this.onRefusal?.(call, error);
      throw error;
    }
    if (rule.revocation === 'strict' && !this.tokens.knowledge.lease.isFresh)
      return this.#ask(call, accessToken);
    if (isBoundByToken(call.method)) this.#streams.add(call, principal, rule.revocation);
    return undefined;
  }

  /** Revocations are not known well enough: nobody but the issuer can say. A stream would end at once, so none begins. */
  async #ask(call: Call, accessToken: string): Promise<true> {
    const { introspect } = this.tokens.knowledge;
    if (introspect === undefined || isBoundByToken(call.method)) throw unknown();
    const isActive = await introspect(accessToken, call.deadline).catch((cause: unknown) => {
      throw unknown(cause);
    });
    if (!isActive) throw unauthenticated('INACTIVE');
    return true;
  }
}

/** The second argument of a handler. `switchToRpc` would make two functions, and another shape of the context, to give it. */
function callIn(context: ExecutionContext): Call {
  return callOf(context.getArgByIndex<Metadata>(1));
}

/** What jsonwebtoken throws at a token; anything else is a fault of ours. */
const JSONWEBTOKEN_ERROR = /^(JsonWebToken|NotBefore|TokenExpired)Error$/;

/** An outage is UNAVAILABLE and a fault INTERNAL; every other cause gets one and the same answer. */
function refusal(cause: unknown): AppError {
  if (cause instanceof KeysUnavailable)
    return platformReasons.KEYS_UNAVAILABLE({ cause, retryAfterMs: 1_000 });
  if (cause instanceof TokenRejected) return unauthenticated(cause.reason);
  if (cause instanceof Error && !JSONWEBTOKEN_ERROR.test(cause.name))
    return platformReasons.INTERNAL({ cause });
  // What is left is passport-jwt's own verdict, and the signature is all it judges.
  return unauthenticated('SIGNATURE_INVALID');
}

function unknown(cause?: unknown): AppError {
  return platformReasons.REVOCATIONS_UNKNOWN({ cause, retryAfterMs: 1_000 });
}

function unauthenticated(logReason: string): AppError {
  return platformReasons.UNAUTHENTICATED({ logReason });
}
