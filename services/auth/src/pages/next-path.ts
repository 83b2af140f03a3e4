/** Where a person can be on their way to when they are asked to sign in. */
const NEXT =
  /^\/(?:account(?:\/(?:apps|identities))?|device(?:\?user_code=[A-Za-z0-9-]{1,32})?|oauth2\/interaction\/[A-Za-z0-9_-]{1,64})$/;

/** Where people are without being on their way to anything. */
export const ACCOUNT_PATH = '/account';

/** The page to go on to after a sign-in: one of ours, whatever a request says (RFC 9700, section 4.11). */
export function nextPath(said: string | null | undefined): string {
  return said && NEXT.test(said) ? said : ACCOUNT_PATH;
}

/** Says in a query that the person is to prove anew who they are. */
export const ANEW = 'anew';

/** The page that asks for a sign-in on the way to another one. */
export function loginPath(next: string, anew = false): string {
  return `/login?${new URLSearchParams({ next, ...(anew && { [ANEW]: '' }) }).toString()}`;
}
