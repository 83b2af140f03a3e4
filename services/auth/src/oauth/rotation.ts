import { errors, type Client, type KoaContextWithOIDC, type RefreshToken } from 'oidc-provider';
import type { AuthContext } from '../auth-context.js';
import { LIFETIMES } from './lifetimes.js';

/**
 * Whether a refresh token is replaced as it is used, so that one that was taken is seen to come back (RFC 9700, section
 * 4.14.2). That of a client that proves itself by a signature, for access tokens that are bound to a key, is of no use to
 * whoever takes it: it stays, and nothing is lost with an answer that does not arrive (FAPI 2.0 Security Profile, section
 * 5.3.2.1). It goes on from this moment on, as one would that had replaced it.
 *
 * @throws InvalidGrant when it has ended meanwhile
 */
export async function isRotated(context: AuthContext, { oidc }: KoaContextWithOIDC): Promise<boolean> {
  const { client, entities } = oidc;
  if (!client || !entities.RefreshToken || !isSenderConstrained(client)) return true;
  await goOn(context, entities.RefreshToken);
  return false;
}

/** For how long a refresh token is good, in seconds from now on. */
export function refreshSeconds(token: RefreshToken): number {
  return Math.max(1, Math.min(LIFETIMES.refreshIdle, LIFETIMES.refreshAbsolute - token.totalLifetime()));
}

function isSenderConstrained(client: Client): boolean {
  return client.clientAuthMethod === 'private_key_jwt' && client.dpopBoundAccessTokens === true;
}

async function goOn({ artifacts }: AuthContext, token: RefreshToken): Promise<void> {
  const seconds = refreshSeconds(token);
  const kept = await artifacts.find('RefreshToken', token.jti);
  const payload = { ...kept?.payload, exp: Math.floor(Date.now() / 1_000) + seconds };
  if (!kept || !(await artifacts.goOn('RefreshToken', token.jti, payload, seconds)))
    throw new errors.InvalidGrant('refresh token is over');
}
