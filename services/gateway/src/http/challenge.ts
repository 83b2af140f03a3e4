import type { Problem } from '@gatehouse/transcoding';

const SCHEME = 'Bearer realm="gatehouse"';

/**
 * The WWW-Authenticate header of a refusal (RFC 6750, section 3). Who sent no credential is told the scheme and
 * nothing else; who sent one is told that it is not accepted, never why.
 *
 * @param presented whether the request held a credential, of whatever form
 */
export function challengeOf({ status, reason, metadata }: Problem, presented: boolean): string | undefined {
  if (reason === 'SIGN_IN_TOO_OLD') {
    // RFC 9470, section 3: good, and too old for this.
    return `${SCHEME}, error="insufficient_user_authentication", max_age="${metadata?.['max_age'] ?? 0}"`;
  }
  if (status === 401) {
    return presented && reason === 'UNAUTHENTICATED' ? `${SCHEME}, error="invalid_token"` : SCHEME;
  }
  const permission = reason === 'PERMISSION_MISSING' ? metadata?.['permission'] : undefined;
  if (permission === undefined) return undefined;
  return `${SCHEME}, error="insufficient_scope", scope="${permission}"`;
}
