import { AppError } from '@gatehouse/errors';
import type { Sql } from '@gatehouse/postgres';
import { provePassword, type ProvenAccount } from '../account/prove-password.js';
import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import { mailEvent } from '../mail/mail-event.js';
import { authReasons } from '../reasons.js';
import { beginSession, type BegunSession } from '../session/begin-session.js';
import { flowHash } from './flow-secrets.js';
import type { OpenLink } from './login-flow.store.js';

/** Identities that an account may have. */
const MAX_IDENTITIES = 10;

/** What the audit trail calls it. */
const LINK_IDENTITY = 'LinkIdentity';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Which link, and in which browser. */
export interface LinkQuestion {
  readonly flowId: string;
  /** What the browser holds. */
  readonly browser: string | undefined;
}

/** How somebody says that an account is theirs: by the session that asked for the link, or by its password. */
export interface LinkConsent extends LinkQuestion {
  /** The session of the browser. */
  readonly sessionId: string | undefined;
  readonly password: string;
}

/** A link that was made. */
export interface MadeLink {
  readonly returnPath: string;
  /** The session that a password has begun. */
  readonly session: BegunSession | undefined;
}

/**
 * What is to be linked to what.
 *
 * @throws AppError LOGIN_FLOW_INVALID
 */
export async function findLink(
  { database, loginFlows }: AuthContext,
  { flowId, browser = '' }: LinkQuestion,
): Promise<OpenLink> {
  const browserHash = flowHash(browser);
  const isId = UUID.test(flowId);
  const link = browserHash && isId ? await loginFlows.findLink(database.sql, flowId, browserHash) : undefined;
  if (!link) throw authReasons.LOGIN_FLOW_INVALID({ logReason: 'LINK_UNKNOWN' });
  return link;
}

/**
 * Links an identity to an account at the word of its owner, once, and says so by mail.
 *
 * @throws AppError LOGIN_FLOW_INVALID, SIGN_IN_REFUSED, IDENTITY_LINKED_ELSEWHERE, IDENTITY_LIMIT; where a password is
 *   asked for CREDENTIALS_INVALID, TOO_MANY_ATTEMPTS, HASH_QUEUE_FULL
 */
export async function confirmLink(
  context: AuthContext,
  consent: LinkConsent,
  caller: Caller,
): Promise<MadeLink> {
  const { database, audit } = context;
  const link = await findLink(context, consent);
  // The browser's session may have become another one since.
  if (link.sessionId !== null && link.sessionId !== consent.sessionId)
    throw authReasons.LOGIN_FLOW_INVALID({ logReason: 'OTHER_SESSION' });
  const proof = { email: link.accountEmail, password: consent.password };
  const proven = link.sessionId === null ? await provePassword(context, proof, caller) : undefined;
  try {
    return await database.transaction((tx) => makeLink(context, tx, link, proven, caller));
  } catch (error) {
    // The transaction is gone and its event with it; the refusal is recorded on its own.
    if (error instanceof AppError && error.domain === authReasons.LOGIN_FLOW_INVALID.domain) {
      return audit.refuse(database.sql, linking(caller), error, link.accountId);
    }
    throw error;
  }
}

async function makeLink(
  context: AuthContext,
  tx: Sql,
  link: OpenLink,
  proven: ProvenAccount | undefined,
  caller: Caller,
): Promise<MadeLink> {
  const { accounts, identities, loginFlows, outbox, audit } = context;
  const { accountId, returnPath } = link;
  await accounts.lock(tx, accountId);
  await requireOwner(context, tx, link, proven);
  if (!(await loginFlows.end(tx, link.id))) throw authReasons.LOGIN_FLOW_INVALID({ logReason: 'FLOW_USED' });
  if ((await identities.count(tx, accountId)) >= MAX_IDENTITIES) throw authReasons.IDENTITY_LIMIT();
  if (!(await identities.insert(tx, accountId, link))) throw authReasons.IDENTITY_LINKED_ELSEWHERE();
  await outbox.append(tx, mailEvent('identity_linked', accountId));
  await audit.append(tx, { origin: linking(caller), actor: accountId, target: accountId, outcome: 'OK' });
  if (!proven) return { returnPath, session: undefined };
  // A password is asked for where the provider is authoritative for the account's own address, and has verified it.
  await accounts.verifyEmail(tx, accountId);
  return { returnPath, session: await beginSession(context, tx, accountId, caller) };
}

/** What was shown of the account still stands. */
async function requireOwner(
  { accounts, sessions }: AuthContext,
  tx: Sql,
  { accountId, sessionId }: OpenLink,
  proven: ProvenAccount | undefined,
): Promise<void> {
  const facts = await accounts.lockForIssue(tx, accountId);
  if (!facts) throw authReasons.SIGN_IN_REFUSED({ logReason: 'ACCOUNT_CLOSED' });
  if (proven) {
    const stands = proven.id === accountId && proven.passwordVersion === facts.passwordVersion;
    if (!stands) throw authReasons.CREDENTIALS_INVALID();
  } else if (sessionId === null || (await sessions.lockAndJudge(tx, sessionId)) !== 'LIVE') {
    throw authReasons.LOGIN_FLOW_INVALID({ logReason: 'SESSION_OVER' });
  }
}

function linking({ origin }: Caller) {
  return { ...origin, action: LINK_IDENTITY };
}
