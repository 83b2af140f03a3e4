import type { RefreshRequest, RefreshResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { Sql } from '@gatehouse/postgres';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import type { RefreshToken } from './refresh-tokens.js';
import { readIssue, toTokenSet, type DecidedSignIn } from './sign-in.js';
import type { FamilyOf } from './token-family.store.js';

/** Why a refresh token is refused; for the log and the audit trail alone. */
type Refusal = 'REFRESH_TOKEN_UNKNOWN' | 'REFRESH_TOKEN_OVER' | 'REFRESH_TOKEN_REUSED';

/**
 * Spends a refresh token for the next token set of its family. Spent ones that come back end the family, as one
 * of two holders must be a thief (RFC 9700, section 4.14.2); within seconds the same device gets the same successor
 * again, as an answer may have been lost, unless somebody has that successor and spent it. What no family ever had
 * leaves a line in the log and no row in the audit trail: a stranger could fill it.
 *
 * @throws AppError REFRESH_TOKEN_INVALID, TOO_MANY_ATTEMPTS for many that nobody was given
 */
export async function refresh(
  context: AuthContext,
  request: RefreshRequest,
  call: Call,
): Promise<RefreshResponse> {
  const { database, families, refreshTokens, limits } = context;
  const presented = refreshTokens.presented(request.refreshToken);
  const family = await families.familyOf(database.sql, presented.hash);
  if (!family) {
    await limits.count('unknownCredential', call.clientAddress);
    throw refusal('REFRESH_TOKEN_UNKNOWN');
  }
  // A refusal is decided, not thrown: what it wrote has to be committed.
  const decided = await database.transaction((tx) => decide(context, tx, family, presented, call));
  if (typeof decided === 'string') throw refusal(decided);
  return { tokens: await toTokenSet(context, decided) };
}

async function decide(
  context: AuthContext,
  tx: Sql,
  { familyId, accountId, beganAt, endsAt }: FamilyOf,
  presented: RefreshToken,
  call: Call,
): Promise<DecidedSignIn | Refusal> {
  const { families, refreshTokens, revocations, audit } = context;
  const record = (outcome: string) =>
    audit.append(tx, { origin: originOf(call), actor: accountId, target: accountId, outcome });
  const refuse = async (reason: Refusal) => {
    await record(reason);
    return reason;
  };
  const endReused = async () => {
    await families.end(tx, familyId);
    await revocations.append(tx, [{ kind: 'family', key: familyId }]);
    return refuse('REFRESH_TOKEN_REUSED');
  };
  const client = { device: call.userAgent, address: call.clientAddress };

  // The account before the family, as everyone who locks both.
  const issue = await readIssue(context, tx, accountId);
  const state = await families.lockAndJudge(tx, familyId, presented.hash, client.device);
  // An access token lives for a second at least.
  if (!issue || state === 'over' || endsAt <= issue.facts.issuedAt) return refuse('REFRESH_TOKEN_OVER');
  if (state === 'spent before') return endReused();
  const next = refreshTokens.successorOf(presented);
  if (state === 'good') {
    await families.rotate(tx, familyId, presented.hash, next.hash, client);
  } else {
    const successorSpent = await families.isSpent(tx, familyId, next.hash);
    // A successor made with another secret cannot be made again.
    if (successorSpent === undefined) return refuse('REFRESH_TOKEN_OVER');
    // The answer was not lost: whoever spent the successor had it, and now there are two of them.
    if (successorSpent) return endReused();
  }
  await record('OK');
  return {
    ...issue,
    subject: accountId,
    sessionId: familyId,
    credential: 'token_family',
    authTime: beganAt,
    endsAt,
    refreshToken: next.text,
  };
}

function refusal(logReason: Refusal) {
  return authReasons.REFRESH_TOKEN_INVALID({ logReason });
}
