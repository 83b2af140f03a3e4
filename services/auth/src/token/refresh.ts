import type { RefreshRequest, RefreshResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { Sql } from '@gatehouse/postgres';
import { originOf, type Origin } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import type { RefreshToken } from './refresh-tokens.js';
import { readIssue, toTokenSet, type DecidedSignIn } from './sign-in.js';
import type { FamilyOf } from './token-family.store.js';

/** Why a refresh token is refused; for the log and the audit trail alone. */
type Refusal = 'REFRESH_TOKEN_UNKNOWN' | 'REFRESH_TOKEN_OVER' | 'REFRESH_TOKEN_REUSED';

/**
 * Spends a refresh token for the next token set of its family. Spent ones that come back end the family, as one
 * of two holders must be a thief (RFC 9700, section 4.14.2); within seconds they get the same successor again,
 * as an answer may have been lost.
 *
 * @throws AppError REFRESH_TOKEN_INVALID
 */
export async function refresh(
  context: AuthContext,
  request: RefreshRequest,
  call: Call,
): Promise<RefreshResponse> {
  const { database, families, refreshTokens, audit } = context;
  const origin = originOf(call);
  const presented = refreshTokens.presented(request.refreshToken);
  const family = await families.familyOf(database.sql, presented.hash);
  if (!family) return audit.refuse(database.sql, origin, refusal('REFRESH_TOKEN_UNKNOWN'));
  // A refusal is decided, not thrown: what it wrote has to be committed.
  const decided = await database.transaction((tx) => decide(context, tx, family, presented, origin));
  if (typeof decided === 'string') throw refusal(decided);
  return { tokens: await toTokenSet(context, decided) };
}

async function decide(
  context: AuthContext,
  tx: Sql,
  { familyId, accountId, beganAt }: FamilyOf,
  presented: RefreshToken,
  origin: Origin,
): Promise<DecidedSignIn | Refusal> {
  const { families, refreshTokens, revocations, audit } = context;
  const record = (outcome: string) =>
    audit.append(tx, { origin, actor: accountId, target: accountId, outcome });
  const refuse = async (reason: Refusal) => {
    await record(reason);
    return reason;
  };

  // The account before the family, as everyone who locks both.
  const issue = await readIssue(context, tx, accountId);
  const state = await families.lockAndJudge(tx, familyId, presented.hash);
  if (!issue || state === 'over') return refuse('REFRESH_TOKEN_OVER');
  const next = refreshTokens.successorOf(presented);
  if (state === 'spent before') {
    await families.end(tx, familyId);
    await revocations.append(tx, [{ kind: 'family', key: familyId }]);
    return refuse('REFRESH_TOKEN_REUSED');
  }
  if (state === 'good') await families.rotate(tx, familyId, presented.hash, next.hash);
  // A successor made with another secret cannot be made again.
  else if (!(await families.holds(tx, familyId, next.hash))) return refuse('REFRESH_TOKEN_OVER');
  await record('OK');
  return {
    ...issue,
    subject: accountId,
    sessionId: familyId,
    credential: 'token_family',
    authTime: beganAt,
    refreshToken: next.text,
  };
}

function refusal(logReason: Refusal) {
  return authReasons.REFRESH_TOKEN_INVALID({ logReason });
}
