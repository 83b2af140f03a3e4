import type { AuthContext } from '../auth-context.js';
import type { SignedIn } from '../session/session.store.js';
import { LIFETIMES } from './lifetimes.js';

/** Kept by the ID of an interaction: the session that was there at the first look at its page, if any. */
const KIND = 'SignInBefore';

/**
 * Whether somebody has signed in since the first look at an interaction, which remembers who was there. It is another
 * session, as the clock of the database may be set back, and it began later: a browser that keeps back its cookie at the
 * first look has signed in nowhere. The library's times would not tell, as it counts whole seconds, by another clock.
 *
 * @param interactionId the `uid` of the interaction
 * @param signedIn who is signed in now; undefined for nobody
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function hasSignedInSince(
  { artifacts }: AuthContext,
  interactionId: string,
  signedIn: SignedIn | undefined,
): Promise<boolean> {
  const sessionId = signedIn?.sessionId;
  await artifacts.putOnce(KIND, interactionId, LIFETIMES.interaction, { sessionId });
  if (sessionId === undefined) return false;
  const before = await artifacts.find(KIND, interactionId);
  if (!before || before.payload['sessionId'] === sessionId) return false;
  return artifacts.isOlder(KIND, interactionId, sessionId);
}
