import { AppError } from '@gatehouse/errors';
import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import type { IdentityProvider, ProvenIdentity } from '../identity-provider/identity-provider.js';
import { authReasons } from '../reasons.js';
import type { BegunSession } from '../session/begin-session.js';
import { admitIdentity, toIdentity } from './admit-identity.js';
import { flowHash } from './flow-secrets.js';
import type { LoginFlow } from './login-flow.store.js';
import { redirectUriOf } from './redirect-uri.js';

/** What a browser comes back with. */
export interface LoginAnswer {
  /** Of the path that it came to. */
  readonly provider: string;
  /** The query of that path: the answer of the provider. */
  readonly parameters: URLSearchParams;
  /** What the browser holds. */
  readonly browser: string | undefined;
}

/** What becomes of a login. */
export type LoginOutcome =
  | {
      readonly kind: 'signed_in';
      readonly session: BegunSession;
      readonly returnPath: string;
    }
  /** Somebody is to say whether the account is theirs. */
  | { readonly kind: 'to_confirm'; readonly flowId: string }
  /** The address that the provider named is to be shown to be the person's. */
  | { readonly kind: 'mailed' }
  /** The identity was linked to this account before. */
  | { readonly kind: 'linked'; readonly returnPath: string };

/** Why a flow is refused; for the log alone, as a stranger could fill the audit trail. */
type FlowRefusal = 'FLOW_UNKNOWN' | 'FLOW_USED' | 'FLOW_EXPIRED' | 'OTHER_BROWSER' | 'OTHER_PROVIDER';

/**
 * Takes the answer of a provider, once, from the browser that was sent there, at the address of the provider that it
 * was sent to (mix-up: RFC 9700, section 4.4).
 *
 * @throws AppError PROVIDER_UNKNOWN, LOGIN_FLOW_INVALID, TOO_MANY_ATTEMPTS, PROVIDER_UNAVAILABLE, PROVIDER_DENIED,
 *   PROVIDER_ANSWER_REFUSED, and those of {@link admitIdentity}
 */
export async function finishLogin(
  context: AuthContext,
  answer: LoginAnswer,
  caller: Caller,
): Promise<LoginOutcome> {
  const { database, providers, audit } = context;
  const provider = providers.get(answer.provider);
  if (!provider) throw authReasons.PROVIDER_UNKNOWN();
  const flow = await takeFlow(context, answer, caller);
  const target = flow.linksTo ?? undefined;
  const refuse = (error: unknown): Promise<never> => {
    if (!(error instanceof AppError)) throw error;
    return audit.refuse(database.sql, caller.origin, error, target);
  };
  const identity = await identify(context, provider, flow, answer.parameters).catch(refuse);
  return flow.linksTo === null
    ? signIn(context, flow, identity, caller)
    : askToLink(context, flow, flow.linksTo, identity).catch(refuse);
}

async function takeFlow(
  { database, loginFlows, limits }: AuthContext,
  { provider, parameters, browser = '' }: LoginAnswer,
  caller: Caller,
): Promise<LoginFlow> {
  const refuse = (logReason: FlowRefusal) => authReasons.LOGIN_FLOW_INVALID({ logReason });
  const [state = '', ...others] = parameters.getAll('state');
  const stateHash = others.length === 0 ? flowHash(state) : undefined;
  const flow = stateHash && (await loginFlows.find(database.sql, stateHash));
  if (!flow) {
    await limits.count('unknownCredential', caller.address);
    throw refuse('FLOW_UNKNOWN');
  }
  // Whoever learns of a state and brings it to another browser or provider does not even use it up.
  if (!flow.browserHash?.equals(flowHash(browser) ?? Buffer.alloc(0))) throw refuse('OTHER_BROWSER');
  if (flow.provider !== provider) throw refuse('OTHER_PROVIDER');
  if (flow.state !== 'OPEN') throw refuse(flow.state);
  if (!(await loginFlows.answer(database.sql, flow.id))) throw refuse('FLOW_USED');
  return flow;
}

function identify(
  { issuer, flowSecrets }: AuthContext,
  provider: IdentityProvider,
  { anewSince }: LoginFlow,
  parameters: URLSearchParams,
): Promise<ProvenIdentity> {
  const callback = new URL(redirectUriOf(issuer, provider.name));
  callback.search = parameters.toString();
  return provider.identify(callback, flowSecrets.of(parameters.get('state') ?? ''), anewSince ?? undefined);
}

async function signIn(
  context: AuthContext,
  flow: LoginFlow,
  identity: ProvenIdentity,
  caller: Caller,
): Promise<LoginOutcome> {
  const admission = await admitIdentity(context, identity, caller);
  switch (admission.kind) {
    case 'signed_in':
      return { ...admission, returnPath: flow.returnPath };
    case 'mailed':
      return admission;
    case 'taken':
      await keepLink(context, flow.id, admission.accountId, identity);
      return { kind: 'to_confirm', flowId: flow.id };
  }
}

async function askToLink(
  context: AuthContext,
  { id, returnPath }: LoginFlow,
  accountId: string,
  identity: ProvenIdentity,
): Promise<LoginOutcome> {
  const { database, identities } = context;
  const known = await identities.find(database.sql, identity);
  if (known?.accountId === accountId) return { kind: 'linked', returnPath };
  if (known) throw authReasons.IDENTITY_LINKED_ELSEWHERE();
  await keepLink(context, id, accountId, identity);
  return { kind: 'to_confirm', flowId: id };
}

function keepLink(
  { database, loginFlows }: AuthContext,
  flowId: string,
  accountId: string,
  identity: ProvenIdentity,
): Promise<void> {
  return loginFlows.ask(database.sql, flowId, { accountId, ...toIdentity(identity) });
}
