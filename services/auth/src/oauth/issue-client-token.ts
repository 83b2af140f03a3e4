import type { TokenSet } from '@gatehouse/contracts/auth';
import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import { ACCESS_TOKEN_SECONDS } from '../config.js';
import { acceptedTime } from '../token/accepted-time.js';
import { signAccessToken } from '../token/access-token.js';
import { tokenTypeOf } from '../token/sign-in.js';

/** What a client asks for in its own name. */
export interface ClientTokenRequest {
  readonly clientId: string;
  readonly permissions: readonly string[];
  /** The thumbprint of the key that the client has proven to have. */
  readonly boundTo?: string;
}

/**
 * Issues an access token by which a client acts in its own name (RFC 9068, section 5: the subject is the client), for
 * those of its own permissions that it asks for.
 *
 * @returns undefined when the client may do nothing any more
 * @throws AppError KEYS_UNAVAILABLE, DATABASE_UNAVAILABLE
 */
export async function issueClientToken(
  context: AuthContext,
  { clientId, permissions, boundTo }: ClientTokenRequest,
  { origin }: Caller,
): Promise<TokenSet | undefined> {
  const { database, clients, keyStore, revocations, audit, issuer, apiAudience } = context;
  const decided = await database.transaction(async (tx) => {
    const client = await clients.lockForIssue(tx, clientId);
    if (!client) return undefined;
    await audit.append(tx, { origin, actor: clientId, target: clientId, outcome: 'OK' });
    const [keyId, issuedAt] = await Promise.all([
      keyStore.activeKeyId(tx),
      revocations.clientIssueTime(tx, clientId),
    ]);
    return { client, keyId, issuedAt };
  });
  if (!decided) return undefined;
  const key = await context.keys.signer(decided.keyId);
  await Promise.all([
    context.acceptedKeys.wait(key.keyId),
    acceptedTime(decided.issuedAt, context.feed.tail),
  ]);
  const scope = decided.client.ownPermissions.filter((name) => permissions.includes(name)).join(' ');
  const grant = {
    iss: issuer,
    aud: apiAudience,
    sub: clientId,
    client_id: clientId,
    scope,
    ...(boundTo !== undefined && { cnf: { jkt: boundTo } }),
  };
  const accessToken = signAccessToken(key, grant, decided.issuedAt);
  return {
    accessToken,
    tokenType: tokenTypeOf(boundTo),
    expiresIn: ACCESS_TOKEN_SECONDS,
    refreshToken: '',
    scope,
  };
}
