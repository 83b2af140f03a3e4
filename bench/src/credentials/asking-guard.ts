import type { Metadata } from '@grpc/grpc-js';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { platformReasons } from '@gatehouse/errors';
import { callOf, type Principal } from '@gatehouse/grpc';
import { presentedToken, ruleRefusal } from '@gatehouse/guard';

/** Asks whose a credential is; undefined when it is nobody's. */
export type Ask = (credential: string) => Promise<Principal | undefined>;

/** Decides by the same rules as the guard of Gatehouse, and asks who calls on every call. */
export class AskingGuard implements CanActivate {
  constructor(private readonly ask: Ask) {}

  /** @throws AppError UNAUTHENTICATED, CALLER_NOT_ADMITTED or PERMISSION_MISSING */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const call = callOf(context.switchToRpc().getContext<Metadata>());
    const { rule } = call.method;
    if (rule.access === 'public') return true;
    const credential = presentedToken(call.metadata)?.accessToken;
    const principal = credential === undefined ? undefined : await this.ask(credential);
    if (principal === undefined) throw platformReasons.UNAUTHENTICATED({ logReason: 'CREDENTIAL_UNKNOWN' });
    call.admit(principal);
    const error = ruleRefusal(principal, 'user', rule, Date.now() / 1_000);
    if (error) throw error;
    return true;
  }
}
