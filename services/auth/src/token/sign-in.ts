import type { Actor, CredentialKind } from '@gatehouse/tokens';
import type { TokenSet } from '@gatehouse/contracts/auth';
import type { Sql } from '@gatehouse/postgres';
import type { AuthContext } from '../auth-context.js';
import type { IssueFacts } from '../account/account.store.js';
import { ACCESS_TOKEN_SECONDS } from '../config.js';
import { scopeOf } from '../role/roles.js';
import { acceptedTime } from './accepted-time.js';
import { signAccessToken } from './access-token.js';

/** The first-party client: whoever signs in with a password is its user. */
const CLIENT_ID = 'gatehouse';

/** What was decided in the transaction of a sign-in; the signature follows once that has committed. */
export interface DecidedSignIn {
  readonly subject: string;
  /** The family, session or API key that it descends from: the `sid` of the access token. */
  readonly sessionId: string;
  readonly credential: CredentialKind;
  /** The client that it is for; the product's own unless given. */
  readonly clientId?: string;
  /** When the person proved who they are, in seconds since the epoch; undefined when no person did. */
  readonly authTime: number | undefined;
  /** What the access token is cut down to; undefined for all that the roles grant. */
  readonly permissions?: readonly string[];
  /** Who acts for the person, where that is another client. */
  readonly actor?: Actor;
  /** The thumbprint of the key that the access token is bound to (RFC 9449). */
  readonly boundTo?: string;
  readonly facts: IssueFacts;
  /** The key that was active at that moment. */
  readonly keyId: string | undefined;
  /** When what it descends from ends, in seconds since the epoch and later than `facts.issuedAt`. */
  readonly endsAt?: number;
  /** The text of the refresh token that goes with it; empty for none. */
  readonly refreshToken: string;
}

/**
 * Locks the account for the issue of an access token and reads what it may say.
 *
 * @param clientId the client that it is for; the product's own unless given
 * @returns undefined when the account is gone, suspended, or must verify its address first
 */
export async function readIssue(context: AuthContext, tx: Sql, subject: string, clientId = CLIENT_ID) {
  const { accounts, keyStore, revocations, requiresVerifiedEmail } = context;
  const [facts, keyId, notBefore] = await Promise.all([
    accounts.lockForIssue(tx, subject),
    keyStore.activeKeyId(tx),
    revocations.clientNotBefore(tx, clientId),
  ]);
  if (!facts || (requiresVerifiedEmail && !facts.emailVerified)) return undefined;
  const issuedAt = Math.max(facts.issuedAt, notBefore + 1);
  return { facts: { ...facts, issuedAt }, keyId };
}

/**
 * Signs what was decided. The access token does not outlive the `endsAt` of what it descends from.
 *
 * @throws AppError KEYS_UNAVAILABLE
 */
export async function toTokenSet(context: AuthContext, decided: DecidedSignIn): Promise<TokenSet> {
  const { subject, sessionId, credential, authTime, permissions, facts, refreshToken } = decided;
  const { endsAt = Infinity, clientId = CLIENT_ID, actor, boundTo } = decided;
  const key = await context.keys.signer(decided.keyId);
  await Promise.all([context.acceptedKeys.wait(key.keyId), acceptedTime(facts.issuedAt, context.feed.tail)]);
  const scope = scopeOf(facts.roles, permissions);
  const grant = {
    iss: context.issuer,
    aud: context.apiAudience,
    sub: subject,
    client_id: clientId,
    sid: sessionId,
    credential,
    auth_time: authTime,
    scope,
    ...(actor && { act: actor }),
    ...(boundTo !== undefined && { cnf: { jkt: boundTo } }),
  };
  const expiresIn = Math.min(ACCESS_TOKEN_SECONDS, endsAt - facts.issuedAt);
  const accessToken = signAccessToken(key, grant, facts.issuedAt, expiresIn);
  return { accessToken, tokenType: tokenTypeOf(boundTo), expiresIn, refreshToken, scope };
}

/** How an access token is presented (RFC 6750, RFC 9449 section 5). */
export function tokenTypeOf(boundTo: string | undefined): 'Bearer' | 'DPoP' {
  return boundTo === undefined ? 'Bearer' : 'DPoP';
}
