import type { Metadata } from '@grpc/grpc-js';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { platformReasons, type AppError } from '@gatehouse/errors';
import { callOf, type Call, type Principal } from '@gatehouse/grpc';
import { KeysUnavailable, TokenRejected } from '@gatehouse/tokens';
import { ACCESS_TOKEN_STRATEGY, type StrategyRequest } from './access-token-strategy.js';
import { AccessTokens } from './access-tokens.js';
import { bearerOf } from './bearer.js';
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
  constructor(
    private readonly tokens: AccessTokens,
    private readonly onRefusal?: OnRefusal,
  ) {
    super();
  }

  /**
   * @throws AppError UNAUTHENTICATED, CALLER_NOT_ADMITTED, PERMISSION_MISSING, CREDENTIAL_NOT_ADMITTED,
   *   SIGN_IN_TOO_OLD or KEYS_UNAVAILABLE
   */
  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const call = callIn(context);
    if (call.method.rule.access === 'public') return true;
    const accessToken = bearerOf(call.metadata);
    if (accessToken === undefined) throw unauthenticated('ACCESS_TOKEN_MISSING');
    const principal = this.tokens.peek(accessToken);
    if (principal === undefined) return super.canActivate(context) as Promise<boolean>;
    this.#admit(principal, call);
    return true;
  }

  /** What Passport sees instead of an HTTP request. */
  override getRequest(context: ExecutionContext): StrategyRequest {
    return { accessToken: bearerOf(callIn(context).metadata) ?? '' };
  }

  getResponse(): object {
    return {};
  }

  /** Called by Passport with its verdict. */
  override handleRequest(
    error: unknown,
    principal: Principal | false,
    info: unknown,
    context: ExecutionContext,
  ): any {
    if (error || !principal) throw refusal(error ?? info);
    this.#admit(principal, callIn(context));
    return principal;
  }

  #admit(principal: Principal, call: Call): void {
    const { rule } = call.method;
    if (rule.access === 'public') return;
    call.admit(principal);
    const error = ruleRefusal(principal, this.tokens.kindOf(principal), rule, this.tokens.now());
    if (error === undefined) return;
    this.onRefusal?.(call, error);
    throw error;
  }
}

function callIn(context: ExecutionContext): Call {
  return callOf(context.switchToRpc().getContext<Metadata>());
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

function unauthenticated(logReason: string): AppError {
  return platformReasons.UNAUTHENTICATED({ logReason });
}
