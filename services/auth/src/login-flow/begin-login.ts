import { randomUUID } from 'node:crypto';
import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import { authReasons } from '../reasons.js';
import { flowHash, newFlowText } from './flow-secrets.js';
import { redirectUriOf } from './redirect-uri.js';

/** What a browser asks for that begins. */
export interface LoginRequest {
  readonly provider: string;
  /** Where it goes in the end: a page of ours. */
  readonly returnPath: string;
  /** Whether the person is to prove anew who they are, though the provider knows. */
  readonly anew: boolean;
  /** Of a link that was asked for; undefined for a sign-in. */
  readonly ticket: string | undefined;
  /** What it holds from a flow before this one. */
  readonly browser: string | undefined;
  /** The session that it has. */
  readonly sessionId: string | undefined;
}

/** A login on its way to the provider. */
export interface BegunLogin {
  /** Where the browser is sent. */
  readonly url: URL;
  /** What the browser must hold when it comes back. */
  readonly browser: string;
}

/**
 * Sends a browser to a provider.
 *
 * @throws AppError PROVIDER_UNKNOWN, TOO_MANY_ATTEMPTS, PROVIDER_UNAVAILABLE, PROVIDER_ANSWER_REFUSED;
 *   LOGIN_FLOW_INVALID for a ticket that nobody was given, or that was used
 */
export async function beginLogin(
  { database, providers, loginFlows, flowSecrets, limits, issuer }: AuthContext,
  request: LoginRequest,
  caller: Caller,
): Promise<BegunLogin> {
  const provider = providers.get(request.provider);
  if (!provider) throw authReasons.PROVIDER_UNKNOWN();
  await limits.count('beginLogin', caller.address);
  // A browser that is in the middle of another flow goes on with both.
  const held = request.browser !== undefined && flowHash(request.browser) ? request.browser : newFlowText();
  const state = newFlowText();
  const { anew } = request;
  const redirectUri = redirectUriOf(issuer, provider.name);
  const url = await provider.authorizationUrl(redirectUri, flowSecrets.of(state), anew);
  const next = { stateHash: flowHash(state)!, browserHash: flowHash(held)! };
  if (request.ticket === undefined) {
    const { returnPath, sessionId: replacesId } = request;
    const flow = {
      id: randomUUID(),
      provider: provider.name,
      returnPath,
      sessionId: undefined,
      replacesId,
      anew,
    };
    await loginFlows.insert(database.sql, { ...flow, ...next });
  } else {
    const ticketHash = flowHash(request.ticket);
    const isTaken = ticketHash && (await loginFlows.claim(database.sql, provider.name, ticketHash, next));
    if (!isTaken) throw authReasons.LOGIN_FLOW_INVALID({ logReason: 'TICKET_INVALID' });
  }
  return { url, browser: held };
}
