import type { MethodRule } from '@gatehouse/access';
import { AppError, platformReasons } from '@gatehouse/errors';
import type { CrossSite } from '../credential/cross-site.js';
import { readCredential, type PresentedCredential } from '../credential/presented-credential.js';
import type { Admission, Caller } from './admission.js';
import type { CallBudget } from './call-budget.js';
import type { CallOrigin } from './call-origin.js';
import type { RefusalAudit } from './record-refusals.js';
import type { RpcPlan } from './rpc-plan.js';

/** What decides who may call a method. */
type GuardedMethod = Pick<RpcPlan, 'rule' | 'cookie'>;

/** What {@link CallerAccess} works with. */
export interface CallerAccessOptions {
  readonly admission: Admission;
  readonly refusals: Pick<RefusalAudit, 'refused'>;
  readonly crossSite: CrossSite;
}

/** A call whose caller may make it. */
export interface AdmittedCall {
  readonly plan: Pick<RpcPlan, 'rule'>;
  /** Undefined for a public method. */
  readonly caller: Caller | undefined;
  readonly budget: CallBudget;
}

/** Who makes a request, and whether they may: one decision, whatever protocol it came in. */
export class CallerAccess {
  constructor(private readonly options: CallerAccessOptions) {}

  /**
   * A public method reads no credential, but its reply may give the browser one.
   *
   * @throws AppError CREDENTIALS_CONFLICT or CROSS_SITE_REQUEST
   */
  credentialOf(origin: CallOrigin, { rule, cookie }: GuardedMethod): PresentedCredential | undefined {
    const { request } = origin;
    const credential = rule.access === 'public' ? undefined : readCredential(request.headers);
    origin.credential = credential?.form;
    if (credential?.form === 'session' || cookie !== undefined) this.options.crossSite.check(request);
    return credential;
  }

  /**
   * The caller who may call a method; at once where the access token was verified before.
   *
   * @throws what `Admission` throws
   */
  admit(
    origin: CallOrigin,
    { rule }: GuardedMethod,
    credential: PresentedCredential | undefined,
    budget: CallBudget,
  ): Caller | undefined | Promise<Caller | undefined> {
    const { admission } = this.options;
    const known = admission.recognise(rule, credential);
    if (known !== undefined) return this.#authorized(origin, rule, known);
    return budget
      .wait(admission.identify(rule, credential, origin))
      .then((caller) => this.#authorized(origin, rule, caller));
  }

  /**
   * Makes a call that can be made again. A service may know before the gateway that an access token is revoked;
   * where that was exchanged for a credential, the credential is exchanged once more and the call made once more.
   * The guard refuses before a handler runs, so nothing is done twice.
   */
  asCaller<T>(admitted: AdmittedCall, call: (by: Caller | undefined) => Promise<T>): Promise<T> {
    const { plan, caller, budget } = admitted;
    const exchanged = caller?.exchanged;
    if (exchanged === undefined) return call(caller);
    return call(caller).catch(async (error: unknown) => {
      if (!isRefusedByGuard(error)) throw error;
      const renewed = await budget.wait(exchanged.renew());
      this.options.admission.authorize(plan.rule, renewed.claims);
      return call(renewed);
    });
  }

  /** Makes a call that cannot be made again: the next one exchanges anew. */
  async asCallerOnce<T>(
    { caller }: Pick<AdmittedCall, 'caller'>,
    call: (by: Caller | undefined) => Promise<T>,
  ): Promise<T> {
    try {
      return await call(caller);
    } catch (error) {
      if (isRefusedByGuard(error)) caller?.exchanged?.forget();
      throw error;
    }
  }

  #authorized(origin: CallOrigin, rule: MethodRule, caller: Caller | undefined): Caller | undefined {
    const { admission, refusals } = this.options;
    origin.subject = caller?.claims.subject;
    try {
      admission.authorize(rule, caller?.claims);
    } catch (error) {
      if (caller && error instanceof AppError) refusals.refused(rule, caller.claims.subject, origin, error);
      throw error;
    }
    return caller;
  }
}

/** What guards say to every bad access token; a handler that refuses a password has a reason of its own. */
function isRefusedByGuard(error: unknown): boolean {
  const { reason, domain } = platformReasons.UNAUTHENTICATED;
  return error instanceof AppError && error.reason === reason && error.domain === domain;
}
