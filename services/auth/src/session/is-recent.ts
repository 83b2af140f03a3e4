import { readAccessTable } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import type { SignedIn } from './session.store.js';

const RULE = readAccessTable(contract).rules.get('/gatehouse.auth.v1.IdentityService/BeginLinking');

/** How old a sign-in may be that changes how an account is signed in to: on a page what the contract has for calls. */
const MAX_AGE_SECONDS = (RULE?.access !== 'public' && RULE?.maxSignInAgeSeconds) || 0;

/** @param now seconds since the epoch */
export function isRecent({ beganAt }: Pick<SignedIn, 'beganAt'>, now = Date.now() / 1_000): boolean {
  return now - beganAt <= MAX_AGE_SECONDS;
}
