import type { MethodRule } from '@gatehouse/access';
import type { CredentialKind } from '@gatehouse/tokens';
import { OK, type Outcome } from '../client/outcome.js';
import type { Expectation } from './expectation.js';
import { isPerson, PEOPLE, type PrincipalName } from './principals.js';
import { roleHolds } from './roles.js';

/** The two ways into the system. */
export type Face = 'gRPC' | 'REST';

const UNAUTHENTICATED: Outcome = { code: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' };
const NOT_ADMITTED: Outcome = { code: 'PERMISSION_DENIED', reason: 'CALLER_NOT_ADMITTED' };
const NO_PERMISSION: Outcome = { code: 'PERMISSION_DENIED', reason: 'PERMISSION_MISSING' };
const WRONG_CREDENTIAL: Outcome = { code: 'PERMISSION_DENIED', reason: 'CREDENTIAL_NOT_ADMITTED' };

/** What a person shows: the access token of a login, a browser's session, an API key, or what an app has of them. */
export const CREDENTIALS = [
  'token_family',
  'session',
  'api_key',
  'grant',
] as const satisfies readonly CredentialKind[];

/** What a principal gets from a method: the rule decides, then the rows. */
export function expectedOutcome(
  rule: MethodRule,
  principal: PrincipalName,
  face: Face,
  { rows = {}, outcome = OK }: Pick<Expectation, 'rows' | 'outcome'>,
  credential: CredentialKind = 'token_family',
): Outcome {
  if (rule.access === 'public') return outcome;
  if (isPerson(principal)) {
    if (!rule.callers.has('user')) return NOT_ADMITTED;
    if (rule.credentials && !rule.credentials.has(credential)) return WRONG_CREDENTIAL;
    if (rule.permission !== undefined && !roleHolds(PEOPLE[principal], rule.permission)) return NO_PERMISSION;
    return rows[principal] ?? outcome;
  }
  if (principal === 'client') {
    if (!rule.callers.has('client')) return NOT_ADMITTED;
    return rule.permission !== undefined && !roleHolds('admin', rule.permission) ? NO_PERMISSION : outcome;
  }
  if (principal !== 'service') return UNAUTHENTICATED;
  // A service's access token is for the one service that it calls, and the gateway is not that.
  if (face === 'REST') return UNAUTHENTICATED;
  return rule.callers.has('service') ? outcome : NOT_ADMITTED;
}
