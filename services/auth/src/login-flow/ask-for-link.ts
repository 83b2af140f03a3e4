import { randomUUID } from 'node:crypto';
import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import { authReasons } from '../reasons.js';
import { flowHash, newFlowText } from './flow-secrets.js';

/** Who wants to link what. */
export interface LinkRequest {
  readonly provider: string;
  readonly accountId: string;
  /** The session of the browser that is to confirm the link. */
  readonly sessionId: string;
}

/** Where the browser that asked goes. */
export interface AskedLink {
  /** Path and query, with the ticket of the flow in it. */
  readonly path: string;
  readonly expireTime: Date;
}

/** Where people see what is linked. */
export const IDENTITIES_PATH = '/account/identities';

/**
 * Begins a flow that links an identity to the account of a session.
 *
 * @throws AppError PROVIDER_UNKNOWN
 */
export async function askForLink(
  { database, providers, loginFlows, audit }: AuthContext,
  { provider: name, accountId, sessionId }: LinkRequest,
  { origin }: Caller,
): Promise<AskedLink> {
  const provider = providers.get(name);
  if (!provider) return audit.refuse(database.sql, origin, authReasons.PROVIDER_UNKNOWN(), accountId);
  const ticket = newFlowText();
  const expireTime = await database.transaction(async (tx) => {
    await audit.append(tx, { origin, target: accountId, outcome: 'OK' });
    return loginFlows.insert(tx, {
      id: randomUUID(),
      stateHash: flowHash(ticket)!,
      browserHash: undefined,
      provider: provider.name,
      returnPath: IDENTITIES_PATH,
      sessionId,
      replacesId: undefined,
      anew: false,
    });
  });
  return { path: `/login/${provider.name}?ticket=${ticket}`, expireTime };
}
