import type { TokenSet } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { Sql } from '@gatehouse/postgres';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { readIssue, toTokenSet, type DecidedSignIn } from '../token/sign-in.js';
import { readSessionSecret } from './session-secret.js';
import type { SessionOf, SessionState } from './session.store.js';

/** Why a session is refused; for the log and the audit trail alone. */
type Refusal = 'ACCOUNT_CLOSED' | Exclude<SessionState, 'LIVE'>;

/**
 * Exchanges the secret of a session for an access token. What no session ever had leaves a line in the log and no
 * row in the audit trail: a stranger could fill it.
 *
 * @throws AppError CREDENTIAL_INVALID for every cause, TOO_MANY_ATTEMPTS for many that nobody was given
 */
export async function exchangeSession(context: AuthContext, secret: string, call: Call): Promise<TokenSet> {
  const { database, sessions, limits } = context;
  const presented = readSessionSecret(secret);
  if (!presented) throw authReasons.CREDENTIAL_INVALID({ logReason: 'SESSION_SECRET_MALFORMED' });
  const session = await sessions.sessionOf(database.sql, presented.hash);
  if (!session) {
    await limits.count('unknownCredential', call.clientAddress);
    throw authReasons.CREDENTIAL_INVALID({ logReason: 'SESSION_UNKNOWN' });
  }
  // A refusal is decided, not thrown: its event has to be committed.
  const decided = await database.transaction((tx) => decide(context, tx, session, call));
  if (typeof decided === 'string') throw authReasons.CREDENTIAL_INVALID({ logReason: decided });
  return toTokenSet(context, decided);
}

async function decide(
  context: AuthContext,
  tx: Sql,
  { sessionId, accountId, beganAt, endsAt }: SessionOf,
  call: Call,
): Promise<DecidedSignIn | Refusal> {
  const { sessions, audit } = context;
  const record = (outcome: string) =>
    audit.append(tx, { origin: originOf(call), actor: accountId, target: accountId, outcome });
  const refuse = async (reason: Refusal) => {
    await record(reason);
    return reason;
  };

  // The account before the session, as everyone who locks both.
  const issue = await readIssue(context, tx, accountId);
  if (!issue) return refuse('ACCOUNT_CLOSED');
  const state = await sessions.lockAndJudge(tx, sessionId);
  if (state !== 'LIVE') return refuse(state);
  // An access token lives for a second at least.
  if (endsAt <= issue.facts.issuedAt) return refuse('SESSION_EXPIRED');
  await sessions.use(tx, sessionId, call.clientAddress);
  await record('OK');
  return {
    ...issue,
    subject: accountId,
    sessionId,
    credential: 'session',
    authTime: beganAt,
    endsAt,
    refreshToken: '',
  };
}
