import { timingSafeEqual } from 'node:crypto';
import type { TokenSet } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { Sql } from '@gatehouse/postgres';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { readIssue, toTokenSet, type DecidedSignIn } from '../token/sign-in.js';
import { liesWithin } from './address-block.js';
import type { ApiKeyFacts } from './api-key.store.js';

/** Why a key is refused; for the log and the audit trail alone. */
type Refusal = 'ACCOUNT_CLOSED' | 'API_KEY_REVOKED' | 'API_KEY_EXPIRED' | 'API_KEY_ADDRESS';

/**
 * Exchanges an API key for an access token that may do what the key was made for, as far as its owner still may,
 * and that does not outlive the key. Who does not show a key's secret leaves a line in the log and no row in the
 * audit trail: a stranger could fill it.
 *
 * @throws AppError CREDENTIAL_INVALID for every cause
 */
export async function exchangeApiKey(context: AuthContext, secret: string, call: Call): Promise<TokenSet> {
  const { database, apiKeys, apiKeySecrets } = context;
  const presented = apiKeySecrets.read(secret);
  if (!presented) throw authReasons.CREDENTIAL_INVALID({ logReason: 'API_KEY_MALFORMED' });
  const key = await apiKeys.facts(database.sql, presented.id);
  const proven = timingSafeEqual(key?.secretHash ?? NOBODYS, presented.secretHash);
  if (!key || !proven) {
    await context.limits.count('unknownCredential', call.clientAddress);
    throw authReasons.CREDENTIAL_INVALID({ logReason: 'API_KEY_UNKNOWN' });
  }
  // A refusal is decided, not thrown: its event has to be committed.
  const decided = await database.transaction((tx) => decide(context, tx, presented.id, key, call));
  if (typeof decided === 'string') throw authReasons.CREDENTIAL_INVALID({ logReason: decided });
  return toTokenSet(context, decided);
}

const NOBODYS = Buffer.alloc(32);

async function decide(
  context: AuthContext,
  tx: Sql,
  id: string,
  { accountId, permissions, allowedAddresses }: ApiKeyFacts,
  call: Call,
): Promise<DecidedSignIn | Refusal> {
  const { apiKeys, audit } = context;
  const record = (outcome: string) =>
    audit.append(tx, { origin: originOf(call), actor: accountId, target: id, outcome });
  const refuse = async (reason: Refusal) => {
    await record(reason);
    return reason;
  };

  // The account before the key, as everyone who locks both.
  const issue = await readIssue(context, tx, accountId);
  if (!issue) return refuse('ACCOUNT_CLOSED');
  const standing = await apiKeys.standing(tx, id);
  if (!standing || standing.revoked) return refuse('API_KEY_REVOKED');
  if (standing.endsAt <= issue.facts.issuedAt) return refuse('API_KEY_EXPIRED');
  if (allowedAddresses.length > 0 && !liesWithin(allowedAddresses, call.clientAddress)) {
    return refuse('API_KEY_ADDRESS');
  }
  await apiKeys.use(tx, id);
  await record('OK');
  return {
    ...issue,
    subject: accountId,
    sessionId: id,
    credential: 'api_key',
    authTime: undefined,
    permissions,
    endsAt: standing.endsAt,
    refreshToken: '',
  };
}
