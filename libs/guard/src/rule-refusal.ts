import { platformReasons, type AppError } from '@gatehouse/errors';
import type { CallerKind, MethodRule } from '@gatehouse/access';
import type { Principal } from '@gatehouse/grpc';

/**
 * What the rule of a method has against a principal: its kind, its scope, the credential it signed in with, or
 * how long ago that was; in this order, and the first fault alone.
 *
 * @param now seconds since the epoch
 * @returns undefined when the principal may call
 */
export function ruleRefusal(
  principal: Pick<Principal, 'scope' | 'credential' | 'authTime'>,
  kind: CallerKind,
  rule: Exclude<MethodRule, { access: 'public' }>,
  now: number,
): AppError | undefined {
  const { permission, credentials, maxSignInAgeSeconds } = rule;
  if (!rule.callers.has(kind)) return platformReasons.CALLER_NOT_ADMITTED();
  if (permission !== undefined && !principal.scope.has(permission))
    return platformReasons.PERMISSION_MISSING({ metadata: { permission } });
  // Whoever acts in its own name has neither: what follows is asked of users.
  if (kind !== 'user') return undefined;
  const { credential, authTime } = principal;
  if (credentials !== undefined && (credential === undefined || !credentials.has(credential)))
    return platformReasons.CREDENTIAL_NOT_ADMITTED({ metadata: { credentials: [...credentials].join(' ') } });
  if (maxSignInAgeSeconds !== undefined && (authTime === undefined || now - authTime > maxSignInAgeSeconds))
    return platformReasons.SIGN_IN_TOO_OLD({ metadata: { max_age: `${maxSignInAgeSeconds}` } });
  return undefined;
}
