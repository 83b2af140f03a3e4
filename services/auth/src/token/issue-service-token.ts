import type { IssueServiceTokenRequest, IssueServiceTokenResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { ACCESS_TOKEN_SECONDS } from '../config.js';
import { authReasons } from '../reasons.js';

/** @throws AppError CLIENT_INVALID, TOO_MANY_ATTEMPTS, AUDIENCE_NOT_ALLOWED, KEYS_UNAVAILABLE */
export async function issueServiceToken(
  { database, clientSecrets, serviceTokens, keys, keyStore, feed, audit, limits }: AuthContext,
  { clientId, clientSecret, audience }: IssueServiceTokenRequest,
  call: Call,
): Promise<IssueServiceTokenResponse> {
  const origin = originOf(call);
  if (!clientSecrets.match(clientId, clientSecret)) {
    await limits.count('unknownClient', call.clientAddress);
    return audit.refuse(database.sql, origin, authReasons.CLIENT_INVALID());
  }
  // Later than what was revoked up to now, and by a key that is good now, also when that is news from another replica.
  const [keyId] = await Promise.all([keyStore.activeKeyId(database.sql), feed.tail.catchUp()]);
  const issued = serviceTokens.issue(clientId, audience, await keys.signer(keyId));
  if (!issued) return audit.refuse(database.sql, origin, authReasons.AUDIENCE_NOT_ALLOWED(), clientId);
  await audit.append(database.sql, { origin, actor: clientId, target: audience, outcome: 'OK' });
  const { accessToken, scope } = issued;
  return {
    tokens: { accessToken, tokenType: 'Bearer', expiresIn: ACCESS_TOKEN_SECONDS, refreshToken: '', scope },
  };
}
