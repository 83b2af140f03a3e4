import { sessionSecretsOf } from '@gatehouse/session-cookie';
import type { AuthContext } from '../auth-context.js';
import type { Visit } from '../web/visit.js';
import { readSessionSecret } from './session-secret.js';
import type { SignedIn } from './session.store.js';

/**
 * Who is signed in at the browser of a visit. A cookie that is not good is none, and so are two of them.
 *
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function currentSession(
  { database, sessions, requiresVerifiedEmail }: AuthContext,
  visit: Visit,
): Promise<SignedIn | undefined> {
  const [text = '', ...others] = sessionSecretsOf(visit.request.headers.cookie);
  const secret = others.length === 0 ? readSessionSecret(text) : undefined;
  if (!secret) return undefined;
  const signedIn = await sessions.signedIn(database.sql, secret.hash, requiresVerifiedEmail);
  if (!signedIn) return undefined;
  visit.subject = signedIn.accountId;
  await sessions.use(database.sql, signedIn.sessionId, visit.clientAddress);
  return signedIn;
}
