import type { AuthContext } from '../auth-context.js';
import type { SignedIn } from '../session/session.store.js';
import { LIFETIMES } from './lifetimes.js';

/** Kept by the ID of an interaction: the session that was there at the first look at its page, if any. */
const KIND = 'SignInBefore';

/**
 * Whether somebody has signed in since the first look at an interaction, which remembers who was there. Times would not
 * tell: the library counts whole seconds, by a clock that is not the one of sign-ins.
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
  const now = { sessionId: signedIn?.sessionId };
  await artifacts.putOnce(KIND, interactionId, LIFETIMES.interaction, now);
  const before = await artifacts.find(KIND, interactionId);
  return before !== undefined && before.payload['sessionId'] !== now.sessionId;
}
